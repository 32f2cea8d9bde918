import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createEmbeddedFolder } from '@switchboard/database/fixtures';
import { type AnyEvent, catalogue } from '@switchboard/events';
import { createCodec, createTopics, readTopics, registerSchemas } from '@switchboard/kafka';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { json, startBackend } from '../fixtures/backend.ts';
import { type Service, startService } from '../fixtures/service.ts';

const stack = testStack();
const connection = { brokers: stack.brokers.split(',') };
const jane = { email: 'jane@shop.example', userId: 'user-jane' };
const ORDER = '/v1/actions/order-status';
const CREATE = '/v1/actions/create-ticket';
const TOPICS = [catalogue['message.requested'].topic, catalogue['action.completed'].topic];

/** The events of a run, as they are in Kafka. */
async function eventsOf(runId: string): Promise<AnyEvent[]> {
  const { decode } = await createCodec({ registryUrl: stack.registryUrl });
  const values: Buffer[] = [];
  await readTopics(connection, TOPICS, ({ headers, value }) => {
    if (headers.ce_id === runId && value !== null) values.push(value);
  });
  return Promise.all(values.map(decode));
}

describe('the service, on Kafka and the embedded database', () => {
  let folder: Awaited<ReturnType<typeof createEmbeddedFolder>>;
  before(async () => {
    await registerSchemas(stack.registryUrl);
    await createTopics(connection, {
      topics: TOPICS,
      partitions: 6,
      replication: 1,
      config: { 'max.message.bytes': '2097152' },
    });
    folder = await createEmbeddedFolder();
  });
  after(() => folder[Symbol.asyncDispose]());

  const start = (backendUrl: string): Promise<Service> =>
    startService({
      KAFKA_BROKERS: stack.brokers,
      SCHEMA_REGISTRY_URL: stack.registryUrl,
      DATABASE_FOLDER: folder.folder,
      RUN_LEASE_SECONDS: '3',
      SHOP_URL: backendUrl,
      SHOP_TOKEN: 'token-of-the-shop',
      ZENDESK_URL: backendUrl,
      ZENDESK_EMAIL: 'agent@sandbox.example',
      ZENDESK_TOKEN: 'token-of-zendesk',
      SEARCH_URL: backendUrl,
      SEARCH_API_KEY: 'key-of-the-search',
    });

  const order = { orderId: '1001', status: 'processing', carrier: null, trackingNumber: null, estimatedDelivery: null };

  it('sends the result of a slow run as one message, after kill -9, and leaves an audit of every run', async (t) => {
    let isSlow = true;
    const backend = await startBackend(t, (response, { method }) => {
      if (isSlow) return;
      if (method === 'POST') return json(response, 201, { ticket: { id: 7 } });
      return json(response, 200, { ...order, customerEmail: jane.email });
    });
    const first = await start(backend.url);
    const ask = { prefer: 'wait=1' };
    const read = await first.signed(ORDER, { ...jane, orderId: '1001', conversationId: 'c-1' }, ask);
    const write = await first.signed(CREATE, { ...jane, subject: 'Help', text: 'Please' }, ask);
    assert.deepEqual([read.status, write.status], [202, 202]);
    const [readId, writeId] = await Promise.all(
      [read, write].map(async (answer) => ((await answer.json()) as { runId: string }).runId),
    );
    await first.kill();

    isSlow = false;
    const second = await start(backend.url);
    t.after(() => second.stop());
    for (const runId of [readId, writeId] as string[]) {
      await until(`run ${runId} is told`, async () => (await eventsOf(runId)).length >= 2);
    }
    const [message, audit, ...more] = (await eventsOf(readId as string)).sort((one, two) =>
      one.meta.type > two.meta.type ? -1 : 1,
    );
    assert.deepEqual(more, []);
    assert.partialDeepStrictEqual(message, {
      meta: { id: readId, type: 'message.requested', tenant: 'local', source: 'actions' },
      ...{ userId: jane.userId, conversationId: 'c-1', solicited: true },
      texts: { en: 'Order 1001 is processing.' },
    });
    assert.partialDeepStrictEqual(audit, {
      meta: { type: 'action.completed' },
      ...{ runId: readId, action: 'order-status', caller: 'chat-platform', outcome: 'ok', conversationId: 'c-1' },
    });
    assert.doesNotMatch(JSON.stringify(audit), /jane|1001|processing/);
    assert.equal((await eventsOf(writeId as string)).length, 2);
    // The write carried its key in both instances.
    const keys = backend.received
      .filter(({ method }) => method === 'POST')
      .map(({ headers }) => headers['idempotency-key']);
    assert.ok(keys.length >= 2 && keys.every((key) => key === writeId), keys.join());

    const result = await second.signed(`/v1/actions/runs/${readId}`, jane);
    assert.equal(result.status, 200);
    const fast = (await (await second.signed(ORDER, { ...jane, orderId: '1001' }, { prefer: 'wait=30' })).json()) as {
      runId: string;
    };
    await until('the fast run is told', async () => (await eventsOf(fast.runId)).length > 0);
    assert.deepEqual(
      (await eventsOf(fast.runId)).map(({ meta }) => meta.type),
      ['action.completed'],
    );
  });

  it('finishes what is under way at its stop, and hands over what takes longer', async (t) => {
    const backend = await startBackend(t, (response, { url }) =>
      json(response, 200, { ...order, orderId: url.slice(-4), customerEmail: jane.email }),
    );
    let release = backend.hold();
    const service = await start(backend.url);
    const promised = await service.signed(ORDER, { ...jane, orderId: '1001' }, { prefer: 'wait=0' });
    const { runId } = (await promised.json()) as { runId: string };
    await until('the backend is asked', () => backend.received.length > 0);
    const stopped = service.stop();
    await until('it stops', () => service.lines.some((line) => line.includes('"stopping"')));
    release();
    assert.equal(await stopped, 0);
    assert.equal((await eventsOf(runId)).length, 2);

    release = backend.hold();
    const [again, before] = [await start(backend.url), backend.received.length];
    const second = (await (await again.signed(ORDER, { ...jane, orderId: '1002' }, { prefer: 'wait=0' })).json()) as {
      runId: string;
    };
    await until('the backend is asked', () => backend.received.length > before);
    assert.equal(await again.stop(), 0);
    assert.deepEqual(await eventsOf(second.runId), []);
    const asked = backend.received.length;
    const last = await start(backend.url);
    t.after(() => last.stop());
    await until('the backend is asked again', () => backend.received.length > asked);
    release();
    await until('the run is told', async () => (await eventsOf(second.runId)).length === 2);
  });

  it('says what is wrong with its files before it starts, and exits with 78', async () => {
    await assert.rejects(
      startService({
        ...{ KAFKA_BROKERS: stack.brokers, SCHEMA_REGISTRY_URL: stack.registryUrl, DATABASE_FOLDER: folder.folder },
        SHOP_URL: 'http://127.0.0.1:9',
      }),
      /exit code 78:[\s\S]*actions\.yaml:\d+:\d+ .*needs the environment variable SHOP_TOKEN/,
    );
  });
});
