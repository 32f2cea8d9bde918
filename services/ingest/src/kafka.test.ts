import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { catalogue, publicEventTypes } from '@switchboard/events';
import { createCodec, readTopics, type StoredRecord } from '@switchboard/kafka';
import { testStack } from '@switchboard/stack/test-stack';
import { eventually, until } from '@switchboard/stack/until';
import { escalation, type Response, SECRET, sign } from '../fixtures/app.ts';
import { prepare, type Service, startService } from '../fixtures/service.ts';
import { QUARANTINE_TOPIC } from './quarantine.ts';

const stack = testStack();

async function recordsOf(topic: string, wanted: (record: StoredRecord) => boolean): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  await readTopics({ brokers: stack.brokers.split(',') }, [topic], (record) => {
    if (wanted(record)) found.push(record);
  });
  return found;
}

/** Sends again what is answered 503, as senders do: on a busy machine, Kafka may take longer than ingest waits. */
const send = ({ post }: Service, ...request: Parameters<Service['post']>): Promise<Response> =>
  until('an answer other than 503', async () => {
    const answer = await post(...request);
    return answer.status !== 503 && answer;
  });

describe('ingest on Kafka', () => {
  let service: Service;

  before(async () => {
    await prepare(stack);
    service = await startService(stack);
  });
  after(() => service?.stop());

  it('answers no event as a repeat because of a mark that was made for another Kafka', async (t) => {
    const elsewhere = await startService(stack, { REDIS_SCOPE: `elsewhere-${randomUUID()}` });
    t.after(() => elsewhere.stop());
    const body = escalation();
    assert.equal((await send(service, 'escalation', body)).status, 200);
    const repeated = async (one: Service): Promise<boolean> =>
      (await send(one, 'escalation', body)).text.includes('"duplicate":true');
    const other = await startService(stack);
    t.after(() => other.stop());
    await eventually(async () => assert.ok(await repeated(other), 'Redis knows it'));
    assert.equal(await repeated(elsewhere), false);
    assert.equal(await repeated(elsewhere), true);
  });

  it('stores every type of event, as it was sent, before it answers 200', async () => {
    const codec = await createCodec({ registryUrl: stack.registryUrl });
    const run = randomUUID();
    for (const type of publicEventTypes) {
      const body = JSON.stringify({
        event: type,
        event_id: `${run} ${type}`,
        timestamp: '2026-01-15T10:00:00.250Z',
        data: { ...catalogue[type].example, unknown: { run } },
      });
      const answer = await send(service, 'shop', body);
      assert.equal(answer.status, 200, answer.text);
    }
    for (const topic of new Set(publicEventTypes.map((type) => catalogue[type].topic))) {
      const records = await recordsOf(topic, ({ headers }) => headers.ce_id?.startsWith(run) === true);
      const ids = new Set(records.map(({ headers }) => headers.ce_id));
      assert.equal(ids.size, publicEventTypes.filter((type) => catalogue[type].topic === topic).length);
      for (const { key, value, headers } of records) {
        assert.ok(value);
        const event = await codec.decode(value);
        assert.partialDeepStrictEqual(event.meta, {
          id: headers.ce_id,
          type: headers.ce_type,
          source: 'shop',
          tenant: 'local',
          occurredAt: Date.UTC(2026, 0, 15, 10, 0, 0, 250),
          extra: JSON.stringify({ unknown: { run } }),
        });
        assert.equal(String(key), `local:${headers.ce_subject}`);
      }
    }
  });

  it('writes one record of a hundred equal events that come at once, and answers all with 200', async () => {
    const id = await until('Kafka acknowledges in time', async () => {
      const id = randomUUID();
      const body = JSON.stringify({ event: 'conversation.escalated', id, data: { conversationId: id } });
      const answers = await Promise.all(Array.from({ length: 100 }, () => service.post('escalation', body)));
      if (answers.every(({ status }) => status === 503)) return false;
      for (const { status, text } of answers) assert.equal(status, 200, text);
      return id;
    });
    const records = await recordsOf('chat.conversations', ({ headers }) => headers.ce_id === id);
    assert.equal(records.length, 1);
  });

  it('recognises an event that another instance has taken', async (t) => {
    const other = await startService(stack);
    t.after(() => other.stop());
    for (const { get } of [service, other]) {
      await eventually(async () => assert.equal((await get('/health')).status, 200));
    }
    await eventually(async () => {
      const id = randomUUID();
      const body = JSON.stringify({ event: 'conversation.escalated', id, data: { conversationId: id } });
      assert.deepEqual((await service.post('escalation', body)).json(), { received: true, conversationId: id });
      const again = JSON.stringify(JSON.parse(body), null, 2);
      const answer = await other.post('escalation', again);
      assert.deepEqual(answer.json(), { received: true, conversationId: id, duplicate: true });
    });
  });

  it('keeps the bytes of a bad body, and why it is bad', async () => {
    const run = randomUUID();
    const broken = `{"event":"conversation.escalated","run":"${run}","data":{"confidence":"canary"}}`;
    assert.equal((await send(service, 'escalation', broken)).status, 422);
    assert.equal((await send(service, 'escalation', `${run} no json`)).status, 400);
    const kept = await recordsOf(QUARANTINE_TOPIC, ({ value }) => String(value).includes(run));
    const reasons = new Map(kept.map(({ headers, value }) => [headers.reason, { headers, value }]));
    assert.equal(String(reasons.get('schema')?.value), broken);
    assert.partialDeepStrictEqual(reasons.get('schema')?.headers, { source: 'escalation', tenant: 'local' });
    assert.match(reasons.get('schema')?.headers.problems ?? '', /data\.confidence must be a number/);
    assert.equal(String(reasons.get('json')?.value), `${run} no json`);
    assert.doesNotMatch(service.lines.join('\n') + JSON.stringify(kept.map(({ headers }) => headers)), /canary/);
  });

  it('rotates a secret without a restart and without refusing a valid event', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'rotation-'));
    t.after(() => rm(directory, { recursive: true }));
    const path = join(directory, 'sources.yaml');
    const write = (...secrets: string[]): Promise<void> =>
      writeFile(
        path,
        `sources: { shop: { tenant: t, scheme: platform, secrets: [${secrets.map((file) => `{ file: ${file} }`)}] } }`,
      );
    await writeFile(join(directory, 'old'), SECRET);
    await writeFile(join(directory, 'new'), 'rotated-rotated-rotated');
    await write('old');
    const rotating = await startService(stack, { SOURCES_FILE: path });
    t.after(() => rotating.stop());
    const statusWith = async (secret: string): Promise<number> => {
      const body = JSON.stringify({ event: 'order.created', data: { orderId: randomUUID() } });
      return (await send(rotating, 'shop', body, { 'x-webhook-signature': sign(body, secret) })).status;
    };
    assert.deepEqual([await statusWith(SECRET), await statusWith('rotated-rotated-rotated')], [200, 401]);
    await write('old', 'new');
    await eventually(async () => {
      assert.equal(await statusWith(SECRET), 200);
      assert.equal(await statusWith('rotated-rotated-rotated'), 200);
    });
    await write('new');
    rotating.child.kill('SIGHUP');
    await eventually(async () => {
      assert.equal(await statusWith('rotated-rotated-rotated'), 200);
      assert.equal(await statusWith(SECRET), 401);
    });
  });

  it('exits with 78 and every problem when its sources cannot be used', async () => {
    await assert.rejects(startService(stack, { LOCAL_SECRET: '' }), (error: Error) => {
      assert.match(error.message, /exit code 78/);
      for (const source of ['escalation', 'cms-update', 'chatbot', 'shop', 'ops']) {
        assert.match(error.message, new RegExp(`${source}/secrets/0 needs the environment variable LOCAL_SECRET`));
      }
      return true;
    });
  });
});
