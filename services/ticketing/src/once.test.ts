import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OutboundError, type OutboundErrorCode } from '@switchboard/outbound';
import fc from 'fast-check';
import { createHashStore } from '../fixtures/hash-store.ts';
import { createMemory, OutcomeUnknownError } from './once.ts';

const LAG_MS = 60_000;

/** How a create ends, for whom asks; after `shownAfterMs` look-ups show what it made. */
type Fate =
  | { kind: 'answered' | 'lost'; shownAfterMs: number }
  | { kind: 'nothing'; code: OutboundErrorCode; cause?: Error };

function createSimulation() {
  let time = 0;
  const store = createHashStore();
  const memory = createMemory(store, 'test', () => time);
  const things: { id: string; shownAt: number }[] = [];
  const run = (fate: Fate): Promise<string> =>
    memory.once({
      conversation: 'c',
      field: 'event',
      also: 'latest',
      lagMs: LAG_MS,
      find: async () => things.find(({ shownAt }) => shownAt <= time)?.id,
      async create() {
        if (fate.kind === 'nothing')
          throw new OutboundError(fate.code, 'no effect', { target: 'test', cause: fate.cause });
        const id = `id-${things.length + 1}`;
        things.push({ id, shownAt: time + fate.shownAfterMs });
        if (fate.kind === 'lost') throw new OutboundError('TIMEOUT', 'no answer', { target: 'test' });
        return id;
      },
    });
  return { run, things, store, pass: (ms: number) => (time += ms) };
}

describe('a thing that is made once', () => {
  it('is remembered, and not made again', async () => {
    const { run, things, store } = createSimulation();
    assert.equal(await run({ kind: 'answered', shownAfterMs: 10 }), 'id-1');
    assert.equal(await run({ kind: 'answered', shownAfterMs: 10 }), 'id-1');
    assert.equal(things.length, 1);
    assert.equal(await store.hget('ticketing:test:c', 'latest'), 'id-1');
  });

  it('is not made while Redis cannot remember it, which costs no try', async () => {
    const { run, things, store } = createSimulation();
    store.hset = () => Promise.reject(new Error('Connection is closed.'));
    await assert.rejects(run({ kind: 'answered', shownAfterMs: 10 }), { retry: 'when-available' });
    assert.deepEqual(things, []);
  });

  it('waits after a lost answer until the look-up can be believed', async () => {
    const { run, things, pass } = createSimulation();
    await assert.rejects(run({ kind: 'lost', shownAfterMs: 30_000 }), { code: 'TIMEOUT' });
    pass(1_000);
    await assert.rejects(run({ kind: 'answered', shownAfterMs: 0 }), (error) => {
      assert.ok(error instanceof OutcomeUnknownError);
      assert.equal(error.retryAfterMs, LAG_MS - 1_000);
      return true;
    });
    pass(30_000);
    assert.equal(await run({ kind: 'answered', shownAfterMs: 0 }), 'id-1');
    assert.equal(things.length, 1);
  });

  for (const code of ['REJECTED', 'UNAVAILABLE', 'AUTHENTICATION_FAILED'] as const) {
    it(`is made at once after ${code}, which had no effect`, async () => {
      const { run } = createSimulation();
      await assert.rejects(run({ kind: 'nothing', code }), { code });
      assert.equal(await run({ kind: 'answered', shownAfterMs: 0 }), 'id-1');
    });
  }

  it('may have been made by the very request that opened the breaker', async () => {
    const { run, pass } = createSimulation();
    const cause = new OutboundError('TIMEOUT', 'no answer', { target: 'test' });
    await assert.rejects(run({ kind: 'nothing', code: 'UNAVAILABLE', cause }), { code: 'UNAVAILABLE' });
    pass(1_000);
    await assert.rejects(run({ kind: 'answered', shownAfterMs: 0 }), OutcomeUnknownError);
  });

  it('is found, though Redis has lost everything', async () => {
    const { run, things, store, pass } = createSimulation();
    await assert.rejects(run({ kind: 'lost', shownAfterMs: 100 }));
    store.clear();
    pass(100);
    assert.equal(await run({ kind: 'answered', shownAfterMs: 0 }), 'id-1');
    assert.equal(things.length, 1);
  });

  it('is made once, however the tries end and whenever they come', async () => {
    const fate: fc.Arbitrary<Fate> = fc.oneof(
      fc.record({
        kind: fc.constantFrom('answered' as const, 'lost' as const),
        shownAfterMs: fc.integer({ min: 0, max: LAG_MS }),
      }),
      fc.record({
        kind: fc.constant('nothing' as const),
        code: fc.constantFrom<OutboundErrorCode>('REJECTED', 'UNAVAILABLE', 'TIMEOUT', 'RETRYABLE_STATUS'),
      }),
    );
    const tries = fc.array(fc.tuple(fate, fc.integer({ min: 0, max: 2 * LAG_MS })), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(tries, async (tries) => {
        const { run, things, pass } = createSimulation();
        for (const [fate, pauseMs] of tries) {
          await run(fate).catch(() => {});
          pass(pauseMs);
        }
        pass(LAG_MS);
        assert.equal(await run({ kind: 'answered', shownAfterMs: 0 }), 'id-1');
        assert.equal(things.length, 1);
      }),
    );
  });
});
