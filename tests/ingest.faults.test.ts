import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepare, type Service, startService } from '@switchboard/ingest/fixtures';
import { readTopics } from '@switchboard/kafka';
import type { Stack } from '@switchboard/stack';
import { startTestKafka } from '@switchboard/stack/test-kafka';
import { size } from './size.ts';
import { createKafkaProxy, type KafkaProxy } from './tcp-proxy.ts';

// Both client libraries run through the same faults at the same time.
const clients = ['platformatic', 'kafkajs'] as const;
const PER_SECOND = size(60, 500);
/** A separate socket for each. */
const MOST_PENDING = 400;
const KEYS = 40;
/** A limit, not a measure: the brokers of a busy machine take long to start. */
const RECOVERY_MS = 300_000;

interface Sent {
  readonly id: string;
  readonly conversationId: string;
  status: number;
}

let directory: string;
let stack: Stack;
let proxies: KafkaProxy[];
const services: Service[] = [];

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'switchboard-ingest-'));
  proxies = await Promise.all([createKafkaProxy(), createKafkaProxy(), createKafkaProxy()]);
  stack = await startTestKafka({
    directory,
    brokers: 3,
    advertise(brokerId, port) {
      const proxy = proxies[brokerId - 1] as KafkaProxy;
      proxy.target = port;
      return `127.0.0.1:${proxy.port}`;
    },
  });
  await prepare(stack, 3);
  for (const client of clients) services.push(await startService(stack, { KAFKA_CLIENT: client }));
});

after(async () => {
  for (const service of services) await service.stop();
  await stack?.stop();
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await rm(directory, { recursive: true, force: true });
});

/** Sends signed webhooks at a steady rate, whatever the responses. */
function startLoad(service: Service, name: string) {
  const sent: Sent[] = [];
  const pending = new Set<Promise<void>>();
  const startedAt = performance.now();

  async function send(): Promise<void> {
    const number = sent.length;
    const event: Sent = { id: `${name}-${number}`, conversationId: `${name}-key-${number % KEYS}`, status: 0 };
    sent.push(event);
    const body = JSON.stringify({
      event_type: 'conversation.resolved',
      event_id: event.id,
      timestamp: new Date().toISOString(),
      payload: { conversationId: event.conversationId },
    });
    event.status = (await service.post('chatbot', body)).status;
  }

  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * PER_SECOND;
    while (sent.length < due && pending.size < MOST_PENDING) {
      const sending = send().finally(() => pending.delete(sending));
      pending.add(sending);
    }
  }, 10);

  return {
    sent,
    /** Waits until new webhooks are answered with 200 again. */
    async recovered(): Promise<void> {
      const from = sent.length;
      for (const giveUpAt = performance.now() + RECOVERY_MS; ; await sleep(50)) {
        const answered = sent.slice(from).filter(({ status }) => status !== 0);
        if (
          answered.slice(-PER_SECOND / 2).length >= PER_SECOND / 2 &&
          answered.slice(-PER_SECOND / 2).every(isAccepted)
        )
          return;
        assert.ok(performance.now() < giveUpAt, 'it does not recover on its own');
      }
    },
    async stop(): Promise<void> {
      clearInterval(timer);
      await Promise.all(pending);
    },
  };
}

const isAccepted = ({ status }: Sent): boolean => status === 200;

async function under(name: string, fault: (recovered: () => Promise<unknown>) => Promise<void>): Promise<void> {
  const loads = services.map((service, index) => startLoad(service, `${name}-${clients[index]}`));
  const recovered = (): Promise<unknown> => Promise.all(loads.map((load) => load.recovered()));
  try {
    await recovered();
    await fault(recovered);
    await recovered();
  } finally {
    await Promise.all(loads.map((load) => load.stop()));
  }
  const firstPlaces = new Map<string, number>();
  await readTopics({ brokers: stack.brokers }, ['chat.conversations'], ({ headers: { ce_id: id = '' } }) => {
    if (!firstPlaces.has(id)) firstPlaces.set(id, firstPlaces.size);
  });
  for (const { sent } of loads) {
    for (const { id, status } of sent) assert.ok(status === 200 || status === 503, `${id} was answered ${status}`);
    const accepted = sent.filter(isAccepted);
    assert.ok(accepted.length > PER_SECOND, 'the load was large enough');
    const lost = accepted.filter(({ id }) => !firstPlaces.has(id));
    assert.deepEqual(lost, [], 'answered 200 but missing in Kafka');
  }
}

const broker = (index: number) => {
  const found = stack.kafka[index % stack.kafka.length];
  assert.ok(found);
  return found;
};

it('no 200 is lost when a broker is stopped, killed or hangs, or all are restarted in turn', async () => {
  await under('brokers', async (recovered) => {
    await broker(0).stop();
    await recovered();
    await broker(0).start();
    await broker(1).kill();
    await recovered();
    await broker(1).start();
    await broker(2).pause();
    await recovered();
    await broker(2).resume();
    for (let restart = 0; restart < 5; restart += 1) {
      await broker(restart).stop();
      await broker(restart).start();
    }
  });
});

it('no 200 is lost when produce responses never arrive or connections break', async () => {
  await under('answers', async (recovered) => {
    const [first] = proxies;
    assert.ok(first);
    first.answer = () => 'drop';
    await sleep(size(4_000, 30_000));
    for (const proxy of proxies) proxy.answer = () => (Math.random() < 0.2 ? 'drop' : 'pass');
    await sleep(size(4_000, 30_000));
    for (const proxy of proxies) proxy.answer = () => (Math.random() < 0.2 ? 'cut' : 'pass');
    await sleep(size(4_000, 30_000));
    for (const proxy of proxies) proxy.answer = () => 'pass';
    await recovered();
    assert.ok(
      proxies.some(({ withheld }) => withheld > 0),
      'responses were withheld',
    );
  });
});
