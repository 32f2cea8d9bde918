import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startService } from '@switchboard/ingest/fixtures';
import { providers } from '@switchboard/providers';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { createLetterService, type LetterService } from '../fixtures/letter-service.ts';
import { randomMark } from '../fixtures/mark.ts';

/** A source of its own, so that what others have in quarantine is none of ours. */
async function createSource() {
  const name = `source-${randomMark()}`;
  const file = join(await mkdtemp(join(tmpdir(), 'switchboard-ops-')), 'sources.yaml');
  const entry = '{ tenant: acme, scheme: platform, secrets: [{ env: OPS_TEST_SECRET }] }';
  await writeFile(file, `sources:\n  ${name}: ${entry}\n`);
  return {
    name,
    variables: { SOURCES_FILE: file, OPS_TEST_SECRET: 'the secret of the test', RESUBMIT_SECRET: randomUUID() },
  };
}

async function keep(
  service: LetterService,
  source: string,
  body: string,
  problems = 'data.x is required',
  topic = 'ingest.quarantine',
): Promise<void> {
  const headers = {
    source,
    tenant: 'acme',
    reason: 'schema',
    problems,
    'received-at': String(Date.now()),
  };
  await service.publisher.publish({ topic, key: null, value: Buffer.from(body), headers });
}

const urlOf = ({ lines }: { lines: readonly string[] }): string =>
  lines.join('').match(/http:\/\/[^"]+:\d+/)?.[0] ?? '';

const bodyOf = (conversationId: string, id: string): string =>
  JSON.stringify({
    event: 'message.received',
    id,
    timestamp: '2026-01-15T10:00:00Z',
    data: { conversationId, messageId: id },
  });

describe('quarantine resubmit', () => {
  it('sends what is sound by now to ingest, signed again, and each becomes one event', async () => {
    await using service = await createLetterService('chat.conversations');
    const source = await createSource();
    const ingest = await startService(testStack(), source.variables);
    const url = urlOf(ingest);
    const conversation = `conv-${randomUUID()}`;
    await keep(service, source.name, bodyOf(conversation, 'one'));
    await keep(service, source.name, bodyOf(conversation, 'two'));
    // Its sender has tried twice: it is one body.
    await keep(service, source.name, bodyOf(conversation, 'two'));
    await keep(service, source.name, '{ "event": "message.received", "data": {} }');

    const listed = await service.ops('quarantine', 'list', '--source', source.name, '--json');
    assert.deepEqual(
      listed.document.bodies.map(({ times }: { times: number }) => times),
      [1, 2, 1],
    );
    const resubmit = (...more: string[]) =>
      service.opsWith(
        source.variables,
        'quarantine',
        'resubmit',
        '--source',
        source.name,
        '--url',
        url,
        '--json',
        ...more,
      );
    const dry = await resubmit('--dry-run');
    assert.deepEqual([dry.code, dry.document.bodies.length], [0, 3]);

    let [accepted, runs] = [0, 0];
    // On a busy machine, Kafka may take longer than ingest waits: what is answered 503 stays.
    const first = await until('what is sound is accepted', async () => {
      const resubmitted = await resubmit();
      accepted += resubmitted.document.accepted;
      runs += 1;
      return accepted >= 2 && resubmitted;
    });
    assert.deepEqual([first.code, accepted, first.document.left], [1, 2, 1], first.err);
    assert.match(first.err, /422/);
    const open = await service.ops('quarantine', 'list', '--source', source.name, '--json');
    assert.deepEqual(
      open.document.bodies.map(({ times }: { times: number }) => times),
      [1 + runs],
      'refused again, listed once',
    );
    assert.deepEqual((await resubmit()).document.accepted, 0);

    const events = (await service.read('chat.conversations')).filter(
      ({ key }) => String(key) === `acme:${conversation}`,
    );
    assert.deepEqual([...new Set(events.map(({ headers }) => headers.ce_id))].sort(), ['one', 'two']);
    assert.equal(await ingest.stop(), 0);
  });

  it('sends bodies of skipped types again in the same way, and keeps those whose type is still undeclared', async () => {
    await using service = await createLetterService('chat.conversations');
    const source = await createSource();
    const ingest = await startService(testStack(), source.variables);
    const url = urlOf(ingest);
    const junk = '{ "event": "loyalty.earned", "data": {} }';
    await keep(service, source.name, bodyOf(`conv-${randomUUID()}`, 'one'), 'message.received', 'ingest.skipped');
    await keep(service, source.name, junk, 'loyalty.earned', 'ingest.skipped');
    const mine = ['--source', source.name, '--json'];
    const resubmitted = await until('what is declared is accepted', async () => {
      const { code, document, err } = await service.opsWith(
        source.variables,
        'skipped',
        'resubmit',
        ...mine,
        '--url',
        url,
      );
      return document.accepted > 0 && { code, document, err };
    });
    const { accepted, left } = resubmitted.document;
    assert.deepEqual([resubmitted.code, accepted, left], [1, 1, 1], resubmitted.err);
    const { document } = await service.ops('skipped', 'list', ...mine);
    assert.deepEqual(
      document.bodies.map(({ problems, times }: { problems: string[]; times: number }) => [problems, times]),
      [[['loyalty.earned'], 1]],
    );
    assert.equal(await ingest.stop(), 0);
  });

  it('makes the same event after the mapping was corrected', async () => {
    await using service = await createLetterService('chat.conversations');
    const { name, variables } = await createSource();
    const secret = 'whsec_bG9jYWwtc2VjcmV0LWxvY2FsLXNlY3JldC0xMjM0';
    const startWith = async (count: string) => {
      const source = `{ tenant: acme, scheme: standard-webhooks, secrets: [{ env: OPS_TEST_SECRET }], mapping: {
        events: [{ type: conversation.escalated, fields: { conversationId: body.no, messageCount: ${count} } }] } }`;
      await writeFile(variables.SOURCES_FILE, `sources:\n  ${name}: ${source}\n`);
      const ingest = await startService(testStack(), { ...variables, OPS_TEST_SECRET: secret });
      return { ...ingest, url: urlOf(ingest) };
    };
    const before = await startWith('body.language');
    const conversation = `conv-${randomMark()}`;
    const body = `{"no":"${conversation}","language":"en","count":"12"}`;
    const signed = await providers['standard-webhooks'].sign(
      { method: 'POST', url: '', body: Buffer.from(body) },
      secret,
      Date.now(),
    );
    await until('the body is in quarantine', async () => {
      const { quarantined } = (await before.post(name, body, signed)).json() as { quarantined?: number };
      return quarantined === 1;
    });
    assert.equal(await before.stop(), 0);
    const { document } = await service.ops('quarantine', 'list', '--source', name, '--json');
    assert.match(JSON.stringify(document.bodies[0].problems), /language must be a/);

    const after = await startWith('body.count');
    const resubmit = ['quarantine', 'resubmit', '--source', name, '--json', '--url', after.url];
    await until('the body is accepted', async () => (await service.opsWith(variables, ...resubmit)).code === 0);
    // The sender's own repeat is none, as the id of its delivery is the event's.
    await until(
      'the repeat is recognised',
      async () => ((await after.post(name, body, signed)).json() as { duplicate?: boolean }).duplicate === true,
    );
    assert.equal(await after.stop(), 0);
    const events = (await service.read('chat.conversations')).filter(
      ({ key }) => String(key) === `acme:${conversation}`,
    );
    assert.deepEqual(
      events.map(({ headers }) => headers.ce_id),
      [signed['webhook-id']],
    );
  });

  it('shows the first 50 problems of a body', async () => {
    await using service = await createLetterService();
    const source = await createSource();
    const problems = Array.from({ length: 60 }, (_, index) => `data.field${index} is required`);
    await keep(service, source.name, bodyOf('conv', 'one'), problems.join('\n'));
    const { document } = await service.ops('quarantine', 'list', '--source', source.name, '--json');
    const { out } = await service.ops('quarantine', 'show', document.bodies[0].id);
    assert.deepEqual(
      out.match(/^- .*$/gm),
      problems.slice(0, 50).map((line) => `- ${line}`),
    );
  });

  it('says what is missing: ingest, the secret', async () => {
    await using service = await createLetterService();
    const source = await createSource();
    await keep(service, source.name, bodyOf('conv', 'one'));
    const resubmit = (variables: Record<string, string>, url = 'http://127.0.0.1:9') =>
      service.opsWith(variables, 'quarantine', 'resubmit', '--source', source.name, '--url', url);
    const away = await resubmit(source.variables);
    assert.equal(away.code, 1);
    assert.match(away.err, /Ingest does not answer at http:\/\/127\.0\.0\.1:9: start it/);
    const ingest = await startService(testStack(), source.variables);
    const url = urlOf(ingest);
    const wrong = { ...source.variables, RESUBMIT_SECRET: 'not that of ingest' };
    assert.match((await resubmit(wrong, url)).err, /refuses the signature: set RESUBMIT_SECRET/);
    assert.equal(await ingest.stop(), 0);
  });
});
