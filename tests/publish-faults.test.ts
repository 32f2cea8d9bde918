import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientName, createPublisher, createTopics, type Publisher } from '@switchboard/kafka';
import { createLogger } from '@switchboard/service';
import { type Broker, type Stack, startStack } from '@switchboard/stack';
import { type Load, startLoad } from './publish-load.ts';
import { size } from './size.ts';
import { createKafkaProxy, type KafkaProxy } from './tcp-proxy.ts';

// Both client libraries run through the same faults at the same time, each with a separate topic.
const clients: ClientName[] = ['platformatic', 'kafkajs'];
const PARTITIONS = 12;
const PER_SECOND = size(200, 1_000);
/** Leaders move when the controller has missed a broker for 6 s; a busy machine takes much longer. */
const RECOVERY_MS = 300_000;

let directory: string;
let stack: Stack;
let proxies: KafkaProxy[];
const publishers = new Map<ClientName, Publisher>();

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'switchboard-publish-'));
  proxies = await Promise.all([createKafkaProxy(), createKafkaProxy(), createKafkaProxy()]);
  stack = await startStack({
    directory,
    brokers: 3,
    ports: 'free',
    parts: ['kafka'],
    advertise(brokerId, port) {
      const proxy = proxies[brokerId - 1] as KafkaProxy;
      proxy.target = port;
      return `127.0.0.1:${proxy.port}`;
    },
  });
  for (const client of clients) publishers.set(client, await connect(client, stack.brokers));
});

function connect(client: ClientName, brokers: string | string[]): Promise<Publisher> {
  return createPublisher({ brokers, client, clientId: `faults-${client}`, logger: createLogger('faults', 'silent') });
}

after(async () => {
  await Promise.all([...publishers.values()].map((publisher) => publisher.close()));
  await stack?.stop();
  await Promise.all(proxies.map((proxy) => proxy.close()));
  await rm(directory, { recursive: true, force: true });
});

/** Publishes through both clients during the fault, and checks the guarantees of each. */
async function under(t: TestContext, fault: (recovered: () => Promise<unknown>) => Promise<void>): Promise<void> {
  const connection = { brokers: stack.brokers };
  const name = t.name.replaceAll(/\W+/g, '-');
  const topic = (client: ClientName) => `${name}.${client}`;
  await createTopics(connection, { topics: clients.map(topic), partitions: PARTITIONS, replication: 3 });
  const loads = new Map<ClientName, Load>();
  for (const [client, publisher] of publishers) {
    loads.set(client, startLoad(publisher, topic(client), PARTITIONS, PER_SECOND));
  }
  const recovered = () => Promise.all([...loads.values()].map((load) => load.recovered(RECOVERY_MS)));
  try {
    await recovered();
    await fault(recovered);
    await recovered();
  } finally {
    await Promise.all([...loads.values()].map((load) => load.stop()));
  }
  for (const [client, load] of loads) {
    await t.test(client, async (t) => {
      const { acked, refused, repeated } = await load.verify(connection);
      t.diagnostic(`${acked} acknowledged, none lost; ${refused} refused; ${repeated} repeated`);
      assert.ok(acked > PER_SECOND, 'the load was large enough');
    });
  }
}

const broker = (index: number) => stack.kafka[index % stack.kafka.length] as Broker;

test('a broker that is stopped', (t) =>
  under(t, async (recovered) => {
    await broker(0).stop();
    await recovered();
    await broker(0).start();
  }));

test('a broker that is killed', (t) =>
  under(t, async (recovered) => {
    await broker(1).kill();
    await recovered();
    await broker(1).start();
  }));

test('a broker that hangs', (t) =>
  under(t, async (recovered) => {
    await broker(2).pause();
    for (const client of clients) await (await connect(client, stack.brokers.split(',').toReversed())).close();
    await recovered();
    await broker(2).resume();
  }));

test('a broker that hangs too briefly to be detected', (t) =>
  under(t, async () => {
    await broker(0).pause();
    await sleep(3_000);
    await broker(0).resume();
  }));

test('a hung broker that is the only replica of some partitions delays only those', async (t) => {
  const topics = clients.map((client) => `isolation.${client}`);
  const config = { 'min.insync.replicas': '1' };
  await createTopics({ brokers: stack.brokers }, { topics, partitions: PARTITIONS, replication: 1, config });
  const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  const acked = async (client: ClientName, partitions: number[], ms = 2_500) => {
    const publisher = publishers.get(client) as Publisher;
    const record = { topic: `isolation.${client}`, key: null, value: null, headers: {} };
    const results = await Promise.allSettled(
      partitions.map((partition) => publisher.publish({ ...record, partition, deadline: Date.now() + ms })),
    );
    return partitions.filter((_, index) => results[index]?.status === 'fulfilled');
  };
  const untilAllAcked = async (client: ClientName) => {
    for (const giveUpAt = Date.now() + RECOVERY_MS; (await acked(client, all)).length < PARTITIONS; ) {
      assert.ok(Date.now() < giveUpAt, `${client} does not recover on its own`);
    }
  };
  await Promise.all(clients.map(untilAllAcked));

  await broker(1).pause();
  // Longer than the controller takes to detect it; these partitions then have no leader.
  const until = Date.now() + size(12_000, 60_000);
  const rounds = await Promise.all(
    clients.map(async (client) => {
      const well = await acked(client, all);
      assert.ok(well.length > 0 && well.length < PARTITIONS, `${client}: ${well.length} partitions continue`);
      const ill = all.filter((partition) => !well.includes(partition));
      let round = 0;
      for (; Date.now() < until; round++) {
        acked(client, ill);
        // A machine that stalls must not be taken for the hung broker.
        assert.deepEqual(await acked(client, well, 8_000), well, client);
        await sleep(20);
      }
      return `${client}: ${round} rounds over ${well.length} partitions`;
    }),
  );
  await broker(1).resume();
  t.diagnostic(rounds.join('; '));
  await Promise.all(clients.map(untilAllAcked));
});

test('brokers that are restarted five times in a row', (t) =>
  under(t, async () => {
    for (let restart = 0; restart < 5; restart++) {
      await broker(restart).stop();
      await broker(restart).start();
    }
  }));

test('produce responses that never arrive', (t) =>
  under(t, async (recovered) => {
    const [first, ...others] = proxies as [KafkaProxy, ...KafkaProxy[]];
    first.answer = () => 'drop';
    await sleep(size(4_000, 30_000));
    for (const proxy of [first, ...others]) proxy.answer = () => (Math.random() < 0.2 ? 'drop' : 'pass');
    await sleep(size(4_000, 30_000));
    for (const proxy of proxies) proxy.answer = () => (Math.random() < 0.2 ? 'cut' : 'pass');
    await sleep(size(4_000, 30_000));
    for (const proxy of proxies) proxy.answer = () => 'pass';
    await recovered();
    for (const proxy of proxies) assert.ok(proxy.withheld > 0, 'responses were withheld');
  }));
