import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { driftKeys } from '@switchboard/ingest/drift';
import { startService } from '@switchboard/ingest/fixtures';
import { createLogger, createRedis } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { randomMark } from '../fixtures/mark.ts';
import { runOps } from './run.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Redis as instances leave it, in a scope of its own, and the command. */
async function found(...sources: readonly (readonly [source: string, hash: Readonly<Record<string, string>>])[]) {
  const { brokers, redisUrl } = testStack();
  const scope = randomMark();
  const redis = createRedis(redisUrl, createLogger('test', 'silent'));
  await new Promise((resolve) => redis.once('ready', resolve));
  for (const [source, hash] of sources) {
    await redis.sadd(driftKeys.index(scope), source);
    await redis.hset(driftKeys.of(scope, source), hash);
  }
  redis.disconnect();
  return async (...argv: string[]) => {
    let [out, err] = ['', ''];
    const code = await runOps(['drift', ...argv], {
      variables: { KAFKA_BROKERS: brokers, REDIS_URL: redisUrl, REDIS_SCOPE: scope },
      signal: new AbortController().signal,
      out: (text) => (out += text),
      err: (text) => (err += text),
    });
    return { code, out, err };
  };
}

const now = Date.now();
const at = (ago: number): string => new Date(now - ago).toISOString();
const shop = {
  root: 'data',
  'u order.created couponCode': `1204 ${now - DAY_MS} ${now - MINUTE_MS} 1 16`,
  'u order.created buyerName': `3 ${now - 9 * DAY_MS} ${now - 2 * DAY_MS} 33 64`,
  'u order.shipped lines[].sku': `2 ${now - 5 * MINUTE_MS} ${now} 1 16`,
  'u order.created forgotten': `9 ${now - 9 * DAY_MS} ${now - 8 * DAY_MS} 1 16`,
  'm order.created email': `${now - 3 * MINUTE_MS} ${now}`,
  'm order.created phone': `${now - DAY_MS} ${now - DAY_MS}`,
  'e order.created total': `${now}`,
};

const CANARY = 'canary-of-eva@example.org';

describe('ops drift', () => {
  it('shows what an ingest found that has stopped since, and no value of it', async () => {
    const source = `source-${randomMark()}`;
    const file = join(await mkdtemp(join(tmpdir(), 'switchboard-drift-')), 'sources.yaml');
    const entry = '{ tenant: acme, scheme: platform, insecureSecrets: true, secrets: [{ env: LOCAL_SECRET }] }';
    await writeFile(file, `sources:\n  ${source}: ${entry}\n`);
    const { brokers, redisUrl, ...rest } = testStack();
    const scope = randomMark();
    const ingest = await startService({ brokers, redisUrl, ...rest }, { SOURCES_FILE: file, REDIS_SCOPE: scope });
    const data = { conversationId: CANARY, text: CANARY, mood: CANARY, facts: { [CANARY]: { since: CANARY } } };
    const answer = await ingest.post(source, JSON.stringify({ event: 'message.received', event_id: 'e', data }));
    assert.equal(answer.status, 200, answer.text);
    const { text: metrics } = await ingest.get('/metrics');
    assert.match(metrics, /^ingest_unmapped_path_total\{.*path="mood".*\} 1$/m);
    assert.equal(await ingest.stop(), 0);
    let out = '';
    await runOps(['drift', '--source', source], {
      variables: { KAFKA_BROKERS: brokers, REDIS_URL: redisUrl, REDIS_SCOPE: scope },
      signal: new AbortController().signal,
      out: (text) => (out += text),
      err: assert.fail,
    });
    assert.match(out, /^mood +message\.received +1 +string /m);
    assert.match(out, /^facts\.\*\.since +message\.received +1 +string /m);
    assert.doesNotMatch(out + metrics + ingest.lines.join('\n'), /canary/);
  });

  it('shows each path: how often it came, what it holds, since when, and what would take it', async () => {
    const drift = await found(['shop', shop], ['clean', { 'e order.created total': `${now}` }]);
    const { code, out, err } = await drift();
    assert.deepEqual([code, err], [0, '']);
    const time = (ago: number): string => `${at(ago).slice(0, 19).replace('T', ' ')}Z`;
    const lines = out.split('\n').map((line) => line.replaceAll(/ {2,}/g, '  '));
    assert.equal(lines[0], 'shop: 3 unmapped paths');
    assert.equal(lines[2], `couponCode  order.created  1,204  string  ${time(DAY_MS)}  ${time(MINUTE_MS)}`);
    assert.equal(lines[3], `buyerName  order.created  3  string, null  ${time(9 * DAY_MS)}  ${time(2 * DAY_MS)}`);
    assert.ok(lines.includes('couponCode (order.created)'));
    assert.ok(out.includes('{ "name": "couponCode", "type": ["null", "string"], "default": null, "maxLength": 256,'));
    assert.ok(out.includes('fields: { order.created: { customerName: data.buyerName } }'));
    assert.ok(lines.includes(`order.created email: always came, missing since ${time(3 * MINUTE_MS)}`));
    assert.doesNotMatch(out, /forgotten|phone|clean/);
  });

  it('is one JSON document, for one source, type or time', async () => {
    const drift = await found(['shop', shop], ['cms', { root: 'body', 'u article.published teaser': '1 1 1 1 16' }]);
    const paths = async (...argv: string[]): Promise<unknown> =>
      JSON.parse((await drift('--json', ...argv)).out).sources.map(
        ({ source, unmapped }: { source: string; unmapped: { path: string }[] }) => [
          source,
          unmapped.map(({ path }) => path),
        ],
      );
    assert.deepEqual(await paths(), [['shop', ['couponCode', 'buyerName', 'lines[].sku']]]);
    assert.deepEqual(await paths('--since', '1h'), [['shop', ['couponCode', 'lines[].sku']]]);
    assert.deepEqual(await paths('--type', 'order.shipped'), [['shop', ['lines[].sku']]]);
    assert.deepEqual(await paths('--source', 'cms', '--since', '1970-01-01'), [['cms', ['teaser']]]);
    const [document] = JSON.parse((await drift('--json', '--type', 'order.created')).out).sources;
    assert.deepEqual(document.missing, [{ type: 'order.created', field: 'email', since: at(3 * MINUTE_MS) }]);
    assert.deepEqual(document.unmapped[1], {
      ...{ path: 'buyerName', type: 'order.created', events: 3, value: ['string', 'null'] },
      ...{ since: at(9 * DAY_MS), lastSeen: at(2 * DAY_MS) },
      proposal: { schema: null, mapping: 'fields: { order.created: { customerName: data.buyerName } }' },
    });
  });

  it('says so when a mapping takes everything', async () => {
    const drift = await found();
    assert.equal((await drift()).out, 'A mapping takes every field that the sources send.');
    assert.equal((await drift('--source', 'shop')).out, 'A mapping takes every field that shop sends.');
  });

  it('obeys nothing that stands in Redis', async () => {
    const hostile = { 'u order.created \u001b[2Jx': '1 1 1 1 1', 'u order.created ok\u202e': `1 ${now} ${now} 1 1` };
    const drift = await found(['sh\u001bop', hostile]);
    const { out } = await drift();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come out.
    assert.doesNotMatch(out, /[\u001b\u202e]/);
  });
});
