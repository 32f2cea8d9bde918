import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { environment } from '@switchboard/service';
import { type Postgres, startPostgres } from '@switchboard/stack/postgres';
import { until } from '@switchboard/stack/until';
import { eventOf } from '../fixtures/events.ts';
import { type Scene, setScene } from '../fixtures/scene.ts';
import { spawnService } from '../fixtures/service.ts';

const KEYS = environment.TEST_SIZE === 'full' ? 2_000 : 90;
/** Longer than it takes to send everything, shorter than the test. */
const WITHIN = environment.TEST_SIZE === 'full' ? '60s' : '15s';

const FLOWS = `
flows:
  joined:
    version: 1
    all: [payment.confirmed, inventory.reserved, order.created]
    correlate: event.orderId
    within: ${WITHIN}
    then: { node: { name: then, variables: { order: key } } }
    otherwise: { node: { name: otherwise, variables: { order: key } } }
    once: key
`;

const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, number) => `${prefix}-${number}`);

/** Every event twice, in an order without a pattern; a third of the keys lacks its last event. */
function allEvents() {
  const complete = names('whole', Math.ceil((KEYS * 2) / 3));
  const partial = names('part', Math.floor(KEYS / 3));
  const of = (orderId: string, ...types: Parameters<typeof eventOf>[0][]) =>
    types.map((type) => eventOf(type, `${type}-${orderId}`, { orderId }));
  const events = [
    ...complete.flatMap((orderId) => of(orderId, 'payment.confirmed', 'inventory.reserved', 'order.created')),
    ...partial.flatMap((orderId) => of(orderId, 'order.created', 'payment.confirmed')),
  ];
  const twice = [...events, ...events];
  return { complete, partial, events: twice.toSorted(() => Math.random() - 0.5) };
}

const ordersOf = ({ platform }: Scene, node?: string): string[] =>
  platform.started
    .filter((one) => node === undefined || one.node === node)
    .map(({ variables }) => String(variables.order))
    .toSorted();

/** Kills workers in turns while everything is handled. Then each key has one outcome, and those that lack an event timed out. */
async function survive(scene: Scene, instances: number): Promise<void> {
  const { complete, partial, events } = allEvents();
  scene.platform.latencyMs = 5;
  const workers = [];
  for (let count = 0; count < instances; count += 1) workers.push(await spawnService(scene.options));
  const sending = scene.send(...events);
  const keys = [...complete, ...partial].toSorted();
  for (const share of [0.1, 0.4, 0.7]) {
    await until('there is progress', () => scene.platform.started.length > keys.length * share);
    await workers.shift()?.kill();
    workers.push(await spawnService(scene.options));
  }
  await sending;
  await until('every key has its outcome', () => scene.platform.started.length >= keys.length);
  assert.deepEqual(ordersOf(scene), keys, 'one outcome for each key');
  const timedOut = new Set(ordersOf(scene, 'otherwise'));
  assert.deepEqual(
    partial.filter((order) => !timedOut.has(order)),
    [],
  );
  assert.deepEqual(await scene.deadLetters(), []);
  for (const worker of workers) await worker.kill();
}

describe('kill -9, three times', () => {
  let postgres: Postgres;
  before(async () => {
    postgres = await startPostgres();
  });
  after(() => postgres[Symbol.asyncDispose]());

  it('with the embedded database leaves one outcome for each key', async () => {
    await using scene = await setScene(FLOWS);
    await survive(scene, 1);
  });

  it('of one of two processes on Postgres leaves one outcome for each key', async () => {
    await using scene = await setScene(FLOWS, postgres);
    await survive(scene, 2);
  });
});
