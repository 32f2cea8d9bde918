import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createDuplicates } from './duplicates.ts';

const forgetful = { get: async () => undefined, add: () => {} };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('duplicates', () => {
  it('publishes one of a hundred that come at once, and answers all when it is acknowledged', async () => {
    const { once } = createDuplicates(forgetful);
    let published = 0;
    const acknowledged = Promise.withResolvers<void>();
    const outcomes = Array.from({ length: 100 }, () =>
      once('id', 'c', () => {
        published += 1;
        return acknowledged.promise;
      }),
    );
    let answered = 0;
    for (const outcome of outcomes) void outcome.then(() => (answered += 1));
    await turn();
    assert.deepEqual([published, answered], [1, 0]);
    acknowledged.resolve();
    const all = await Promise.all(outcomes);
    assert.equal(all.filter((outcome) => outcome === 'first').length, 1);
    assert.equal(all.filter((outcome) => outcome === 'duplicate').length, 99);
  });

  it('lets those that wait share a failure, and does not count it as seen', async () => {
    const added: string[] = [];
    const { once } = createDuplicates({ get: async () => undefined, add: (id) => void added.push(id) });
    const failing = async (): Promise<void> => {
      await turn();
      throw new Error('not acknowledged');
    };
    const outcomes = await Promise.allSettled([
      once('id', 'c', failing),
      once('id', 'c', failing),
      once('id', 'c', failing),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    assert.deepEqual(added, []);
    assert.equal(await once('id', 'c', async () => {}), 'first');
    assert.deepEqual(added, ['id']);
  });

  it('remembers without Redis what it has just published, for a while and in bounded memory', async () => {
    let time = 0;
    const { once } = createDuplicates(forgetful, () => time);
    const publish = async (): Promise<void> => {};
    assert.equal(await once('first', 'c', publish), 'first');
    for (let index = 0; index < 20_000; index += 1) await once(String(index), 'c', publish);
    assert.equal(await once('first', 'c', publish), 'duplicate');
    for (let index = 20_000; index < 45_000; index += 1) await once(String(index), 'c', publish);
    assert.equal(await once('first', 'c', publish), 'first');
    for (let round = 0; round < 3; round += 1) {
      time += 61_000;
      await once(`round ${round}`, 'c', publish);
    }
    assert.equal(await once('first', 'c', publish), 'first');
  });

  it('asks Redis about others, and publishes nothing that is seen', async () => {
    const { once } = createDuplicates({ get: async (id) => (id === 'seen' ? 'c' : undefined), add: () => {} });
    assert.equal(await once('seen', 'c', () => assert.fail('published')), 'duplicate');
    assert.equal(await once('new', 'c', async () => {}), 'first');
  });

  it('tells another content under a known id: seen before, just now, and at the same time', async () => {
    const { once } = createDuplicates({ get: async (id) => (id === 'seen' ? 'c' : undefined), add: () => {} });
    assert.equal(await once('seen', 'other', () => assert.fail('published')), 'differs');
    const acknowledged = Promise.withResolvers<void>();
    const [first, other] = [once('id', 'c', () => acknowledged.promise), once('id', 'other', async () => {})];
    acknowledged.resolve();
    assert.deepEqual(await Promise.all([first, other]), ['first', 'differs']);
    assert.equal(await once('id', 'other', async () => {}), 'differs');
    assert.equal(await once('id', 'c', async () => {}), 'duplicate');
  });

  it('never says 200 for an event that no publish has acknowledged, whatever the timing', async () => {
    const step = fc.record({ id: fc.constantFrom('a', 'b'), turns: fc.nat(4), fails: fc.boolean(), lookup: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const acknowledged = new Map<string, number>();
        let lookup = 0;
        const { once } = createDuplicates({
          async get() {
            for (let turns = lookup; turns > 0; turns -= 1) await turn();
            return undefined;
          },
          add: () => {},
        });
        await Promise.all(
          steps.map(async ({ id, turns, fails, lookup: asked }, index) => {
            for (let wait = index % 5; wait > 0; wait -= 1) await turn();
            lookup = asked;
            const outcome = await once(id, 'c', async () => {
              for (let wait = turns; wait > 0; wait -= 1) await turn();
              if (fails) throw new Error('not acknowledged');
              acknowledged.set(id, (acknowledged.get(id) ?? 0) + 1);
            }).catch(() => undefined);
            if (outcome !== undefined) assert.equal(acknowledged.get(id), 1);
          }),
        );
      }),
      { numRuns: 200 },
    );
  });
});
