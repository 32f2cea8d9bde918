import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { readTopics } from '@switchboard/kafka';
import { type Broker, type Stack, startStack } from '@switchboard/stack';
import { startTestKafka } from '@switchboard/stack/test-kafka';
import { eventually } from '@switchboard/stack/until';
import { escalation } from '../fixtures/app.ts';
import { prepare, type Service, startService } from '../fixtures/service.ts';

/** The promise is 2.5 s; the rest is for a machine that is busy with other tests. */
const IN_TIME_MS = 2_500 + 2_000;

/** The best of three tries counts: a machine may stall for seconds. */
async function refusedInTime({ post }: Service): Promise<void> {
  let best = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && best >= IN_TIME_MS; tries += 1) {
    const start = performance.now();
    const answer = await post('escalation', escalation());
    best = Math.min(best, performance.now() - start);
    assert.equal(answer.status, 503, answer.text);
    assert.ok(Number(answer.headers['retry-after']) > 0);
  }
  assert.ok(best < IN_TIME_MS, `answered after ${best} ms`);
}

const recovered = ({ post }: Service): Promise<void> =>
  eventually(async () => assert.equal((await post('escalation', escalation())).status, 200));

async function metric({ get }: Service, name: string): Promise<number> {
  const { text } = await get('/metrics');
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
}

describe('an outage', () => {
  let directory: string;
  let stack: Stack;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'outage-'));
    stack = await startStack({ directory, ports: 'free', brief: true });
    await prepare(stack);
  });
  after(async () => {
    await stack?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  for (const client of ['platformatic', 'kafkajs']) {
    const start = async (t: TestContext): Promise<{ service: Service; broker: Broker }> => {
      const [broker] = stack.kafka;
      assert.ok(broker);
      t.after(() => broker.start());
      const service = await startService(stack, { KAFKA_CLIENT: client });
      t.after(() => service.stop());
      await recovered(service);
      return { service, broker };
    };

    it(`of the broker is 503 in time, bounded in memory, and over when the broker is back, with ${client}`, async (t) => {
      const { service, broker } = await start(t);
      const before = await metric(service, 'process_resident_memory_bytes');
      await broker.stop();
      for (let time = 0; time < 3; time += 1) await refusedInTime(service);
      assert.equal((await service.get('/livez')).status, 200);

      const large = 'x'.repeat(500_000);
      const flood = Array.from({ length: 300 }, () =>
        service.post('escalation', escalation({ unknownToTheSchema: large })),
      );
      const statuses = (await Promise.all(flood)).map(({ status }) => status);
      assert.deepEqual([...new Set(statuses)], [503]);
      assert.equal(await metric(service, 'ingest_in_flight_bytes'), 0);
      const grown = (await metric(service, 'process_resident_memory_bytes')) - before;
      assert.ok(grown < 400_000_000, `grown by ${Math.round(grown / 1e6)} MB`);

      await broker.start();
      await recovered(service);
    });

    it(`that hangs the broker is 503 in time too, with ${client}`, async (t) => {
      const { service, broker } = await start(t);
      await broker.pause();
      t.after(() => broker.resume());
      await refusedInTime(service);
      await broker.resume();
      await recovered(service);
    });
  }

  it('of the registry or of Redis is none', async (t) => {
    const service = await startService(stack);
    t.after(() => service.stop());
    t.after(() => Promise.all([stack.redis.start(), stack.registry.start()]));
    const accepts = async (): Promise<void> => {
      const statuses: number[] = [];
      for (let time = 0; time < 20; time += 1) statuses.push((await service.post('escalation', escalation())).status);
      // A machine that stalls may delay the acknowledgement of one or two.
      assert.ok(statuses.filter((status) => status === 200).length >= 18, statuses.join());
    };
    await recovered(service);
    await stack.registry.stop();
    const successor = await startService(stack);
    t.after(() => successor.stop());
    await recovered(successor);
    await stack.redis.pause();
    await accepts();
    await stack.redis.resume();
    await stack.redis.kill();
    await accepts();
    assert.equal((await service.get('/readyz')).status, 200);
    assert.equal((await service.get('/health')).status, 503);
  });
});

describe('three brokers', () => {
  it('of which too few are in sync are 503 in time, and every 200 is in the topic', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'in-sync-'));
    t.after(() => rm(directory, { recursive: true, force: true }));
    await using stack = await startTestKafka({ directory, brokers: 3 });
    await prepare(stack, 3);
    const service = await startService(stack);
    t.after(() => service.stop());
    await recovered(service);
    const accepted: string[] = [];
    const attempt = async (): Promise<number> => {
      const body = escalation();
      const answer = await service.post('escalation', body);
      if (answer.status === 200) accepted.push((answer.json() as { conversationId: string }).conversationId);
      return answer.status;
    };
    await eventually(async () => assert.equal(await attempt(), 200));
    // The quorum of the controllers goes with the second broker: what is left knows that it may not accept.
    await Promise.all([stack.kafka[1]?.stop(), stack.kafka[2]?.stop()]);
    const statuses = await Promise.all(Array.from({ length: 50 }, attempt));
    assert.deepEqual([...new Set(statuses)], [503]);
    await refusedInTime(service);
    await Promise.all([stack.kafka[1]?.start(), stack.kafka[2]?.start()]);
    await eventually(async () => assert.equal(await attempt(), 200));
    const stored = new Set<string>();
    await readTopics({ brokers: stack.brokers.split(',') }, ['chat.conversations'], ({ headers }) => {
      stored.add(headers.ce_subject ?? '');
    });
    for (const conversation of accepted) assert.ok(stored.has(conversation), conversation);
  });
});
