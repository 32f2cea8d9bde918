import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveryError } from '../error.ts';
import type { ProduceClient } from './client.ts';
import { createRenewingClient } from './renewing-client.ts';

interface Opened extends ProduceClient {
  readonly first: string;
  readonly topics: readonly string[];
  closed: boolean;
  failing: boolean;
  /** Sends wait for this promise, if set. */
  held: PromiseWithResolvers<void> | undefined;
}

/** A library whose clients fail on demand. `reachable` lists the brokers from which a new client can start. */
function setup(brokers: string[]) {
  const opened: Opened[] = [];
  const reachable = new Set(brokers);
  let tried = 0;
  const open = async (list: readonly string[], topics: readonly string[]): Promise<ProduceClient> => {
    tried++;
    const first = list[0] as string;
    assert.deepEqual(list.toSorted(), brokers.toSorted());
    if (!reachable.has(first)) throw new Error(`${first} does not answer`);
    const client: Opened = {
      first,
      topics: [...topics],
      closed: false,
      failing: false,
      held: undefined,
      async sendBatch() {
        await client.held?.promise;
        if (client.failing) throw new Error('no answer');
      },
      partitions: async () => 3,
      check: async () => {},
      async close() {
        client.closed = true;
      },
    };
    opened.push(client);
    return client;
  };
  return { opened, reachable, open, tried: () => tried };
}

/** Waits for the condition. It holds within a few turns of the event loop or never. */
async function until(condition: () => boolean): Promise<void> {
  for (const giveUpAt = Date.now() + 30_000; !condition(); ) {
    assert.ok(Date.now() < giveUpAt, `${condition} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('after a failure, a new client takes over that knows the topics and starts from another broker', async () => {
  const { opened, open } = setup(['a', 'b', 'c']);
  const client = await createRenewingClient({ brokers: ['a', 'b', 'c'] }, open);
  await client.partitions('orders');
  const [old] = opened as [Opened];
  old.failing = true;
  await assert.rejects(client.sendBatch([]), /no answer/);
  await until(() => old.closed);
  assert.deepEqual(
    opened.map(({ first, topics }) => [first, topics]),
    [
      ['a', []],
      ['b', ['orders']],
    ],
  );
  await client.sendBatch([]);
});

test('the old client serves until the new one is ready, and closes after its last send', async () => {
  const { opened, open } = setup(['a']);
  const client = await createRenewingClient({ brokers: ['a'] }, open);
  const [old] = opened as [Opened];
  old.held = Promise.withResolvers();
  const slow = client.sendBatch([]);
  old.check = () => Promise.reject(new Error('no answer'));
  await assert.rejects(client.check());
  await until(() => opened.length === 2);
  await client.sendBatch([]);
  assert.equal(old.closed, false);
  old.held.resolve();
  await slow;
  await until(() => old.closed);
});

test('the old client stays while no new one can be opened; later failures retry', async () => {
  const { opened, reachable, open, tried } = setup(['a', 'b']);
  const client = await createRenewingClient({ brokers: ['a', 'b'] }, open);
  const [old] = opened as [Opened];
  reachable.clear();
  old.failing = true;
  await assert.rejects(client.sendBatch([]));
  await until(() => tried() === 3);
  old.failing = false;
  await client.sendBatch([]);
  assert.equal(old.closed, false);
  reachable.add('b');
  old.failing = true;
  await until(() => {
    client.sendBatch([]).catch(() => {});
    return opened.length === 2;
  });
  await until(() => old.closed);
});

test('a burst of failures opens one client', async () => {
  const { opened, open } = setup(['a', 'b']);
  const client = await createRenewingClient({ brokers: ['a', 'b'] }, open);
  const [old] = opened as [Opened];
  old.failing = true;
  await Promise.allSettled(Array.from({ length: 100 }, () => client.sendBatch([])));
  await until(() => old.closed);
  assert.equal(opened.length, 2);
});

test('a record that the broker refuses does not open a new client', async () => {
  const { opened, open } = setup(['a']);
  const client = await createRenewingClient({ brokers: ['a'] }, open);
  const [old] = opened as [Opened];
  old.sendBatch = () => Promise.reject(new DeliveryError('TOO_LARGE', 'too large'));
  await assert.rejects(client.sendBatch([]), { code: 'TOO_LARGE' });
  await client.check();
  assert.equal(opened.length, 1);
});

test('the first client starts from any broker that answers, and fails if none does', async () => {
  const { reachable, open } = setup(['a', 'b']);
  reachable.delete('a');
  await (await createRenewingClient({ brokers: ['a', 'b'] }, open)).check();
  reachable.clear();
  await assert.rejects(createRenewingClient({ brokers: ['a', 'b'] }, open), {
    code: 'UNREACHABLE',
    message: /a, b answers/,
  });
});

test('closing closes the current client and one that is being opened', async () => {
  const { opened, open } = setup(['a', 'b']);
  const opening = Promise.withResolvers<void>();
  let waits = false;
  const client = await createRenewingClient({ brokers: ['a', 'b'] }, async (brokers, topics) => {
    if (waits) await opening.promise;
    return open(brokers, topics);
  });
  const [old] = opened as [Opened];
  waits = true;
  old.failing = true;
  await assert.rejects(client.sendBatch([]));
  await client.close();
  assert.ok(old.closed);
  opening.resolve();
  await until(() => opened.length === 2 && opened.every((one) => one.closed));
});
