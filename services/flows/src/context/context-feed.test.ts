import assert from 'node:assert/strict';
import { it } from 'node:test';
import { eventually } from '@switchboard/stack/until';
import type { Context } from './context.ts';
import type { Update } from './context-difference.ts';
import { openContextFeed } from './context-feed.ts';
import { keyOf, type Subject } from './subject.ts';

const subject: Subject = { tenant: 'acme', scope: 'user', id: 'u-1' };

const contextWith = (version: number, ...names: string[]): Context => ({
  version,
  updatedAt: 0,
  variables: Object.fromEntries(
    names.map((name) => [name, { value: 1, eventTime: 0, eventId: 'e-1', version, expiresAt: null }]),
  ),
});

/** A store whose reads wait for `answer`. */
async function start() {
  const reads: PromiseWithResolvers<Context | undefined>[] = [];
  let change = (_key: string): void => {};
  let gap = (): void => {};
  const feed = await openContextFeed({
    read() {
      const read = Promise.withResolvers<Context | undefined>();
      reads.push(read);
      return read.promise;
    },
    async listen(onChange, onGap) {
      [change, gap] = [onChange, onGap];
      return async () => {};
    },
  });
  const follow = () => {
    const updates: Update[] = [];
    let ended = 0;
    const end = () => {
      ended += 1;
    };
    const stop = feed.follow(subject, { knows: undefined, send: (update) => updates.push(update), end });
    return { seen: () => updates.map(({ event, version }) => `${event} ${version}`), ended: () => ended, stop };
  };
  return { reads, follow, change: (key = keyOf(subject)) => change(key), gap: () => gap() };
}

it('reads once for all the changes and listeners that arrive during a read', async () => {
  const { reads, follow, change } = await start();
  const [one, two] = [follow(), follow()];
  for (let count = 0; count < 50; count += 1) change();
  change('another key');
  assert.equal(reads.length, 1);
  reads[0]?.resolve(contextWith(1, 'a'));
  await eventually(() => assert.equal(reads.length, 2));
  const three = follow();
  reads[1]?.resolve(contextWith(2, 'a', 'b'));
  await eventually(() => assert.deepEqual(one.seen(), ['state 1', 'change 2']));
  assert.deepEqual(two.seen(), ['state 1', 'change 2']);
  reads[2]?.resolve(contextWith(2, 'a', 'b'));
  await eventually(() => assert.deepEqual(three.seen(), ['state 2']));
  assert.equal(reads.length, 3);
});

it('catches up after a gap in the notifications', async () => {
  const { reads, follow, gap } = await start();
  const { seen } = follow();
  reads[0]?.resolve(contextWith(1, 'a'));
  await eventually(() => assert.deepEqual(seen(), ['state 1']));
  gap();
  reads[1]?.resolve(contextWith(5, 'a'));
  await eventually(() => assert.deepEqual(seen(), ['state 1', 'change 5']));
});

it('ends its listeners when the database fails, so that they come back for the state', async () => {
  const { reads, follow, change } = await start();
  const { seen, ended } = follow();
  reads[0]?.resolve(contextWith(1, 'a'));
  await eventually(() => assert.deepEqual(seen(), ['state 1']));
  change();
  reads[1]?.reject(new Error('down'));
  await eventually(() => assert.equal(ended(), 1));
  const again = follow();
  reads[2]?.resolve(contextWith(2, 'a'));
  await eventually(() => assert.deepEqual(again.seen(), ['state 2']));
});

it('does not read for those who left', async () => {
  const { reads, follow, change } = await start();
  const { stop, seen } = follow();
  stop();
  reads[0]?.resolve(contextWith(1, 'a'));
  change();
  assert.equal(reads.length, 1);
  assert.deepEqual(seen(), []);
});
