import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import { type BatcherOptions, createBatcher } from './batcher.ts';
import type { Event, EventsClient } from './events-client.ts';
import { type EventResult, SendError } from './send-error.ts';

const eventOf = (id: string): Event => ({ type: 'order.created', id, data: {} });
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

interface Sending {
  ids: (string | undefined)[];
  /** Accepts all, but for the statuses given by id; some are unavailable only in an error. */
  answer(statuses?: Record<string, EventResult['status']>): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** A batcher, and what it sends, each waiting for its answer. */
function batcherOf(options: BatcherOptions) {
  const sendings: Sending[] = [];
  const send: EventsClient['send'] = (events) =>
    new Promise((resolve, reject) => {
      const ids = events.map(({ id }) => id);
      sendings.push({
        ids,
        answer(statuses = {}) {
          const results = ids.map((id = '') => ({ id, status: statuses[id] ?? 'accepted', problems: [] }) as const);
          const isAll = results.every(({ status }) => status !== 'unavailable');
          if (isAll) resolve(results);
          else reject(new SendError('UNAVAILABLE', 'down', { results }));
          return settled();
        },
        fail(error) {
          reject(error);
          return settled();
        },
      });
    });
  return { batcher: createBatcher({ send }, options), sendings, sent: () => sendings.map(({ ids }) => ids.join()) };
}

describe('createBatcher', () => {
  beforeEach(() => mock.timers.reset());
  const startTimers = () => mock.timers.enable({ apis: ['setTimeout'] });

  it('sends what came within maxWaitMs of the first event', async () => {
    startTimers();
    const { batcher, sendings, sent } = batcherOf({ maxEvents: 10, maxWaitMs: 100 });
    const adding = [batcher.add(eventOf('a')), batcher.add(eventOf('b'))];
    mock.timers.tick(99);
    assert.deepEqual(sent(), []);
    mock.timers.tick(1);
    assert.deepEqual(sent(), ['a,b']);
    await sendings[0]?.answer({ b: 'invalid' });
    assert.deepEqual(
      (await Promise.all(adding)).map(({ status }) => status),
      ['accepted', 'invalid'],
    );
    mock.timers.tick(1_000);
    assert.equal(sendings.length, 1);
  });

  it('sends a full batch at once, and one batch at a time', async () => {
    startTimers();
    const { batcher, sendings, sent } = batcherOf({ maxEvents: 2, maxWaitMs: 100 });
    for (const id of ['a', 'b', 'c', 'd', 'e']) void batcher.add(eventOf(id));
    mock.timers.tick(1_000);
    assert.deepEqual(sent(), ['a,b']);
    await sendings[0]?.answer();
    assert.deepEqual(sent(), ['a,b', 'c,d']);
    await sendings[1]?.answer();
    assert.deepEqual(sent(), ['a,b', 'c,d']);
    mock.timers.tick(100);
    assert.deepEqual(sent(), ['a,b', 'c,d', 'e']);
  });

  it('sends everything when it closes, then takes nothing more', async () => {
    startTimers();
    const { batcher, sendings, sent } = batcherOf({ maxEvents: 2, maxWaitMs: 100 });
    const adding = ['a', 'b', 'c'].map((id) => batcher.add(eventOf(id)));
    let isClosed = false;
    const closing = batcher.close().then(() => {
      isClosed = true;
    });
    await assert.rejects(batcher.add(eventOf('d')), { code: 'CLOSED' });
    await sendings[0]?.answer();
    assert.deepEqual([sent(), isClosed], [['a,b', 'c'], false]);
    await sendings[1]?.answer();
    await closing;
    assert.equal((await Promise.all(adding)).length, 3);
    await batcherOf({}).batcher.close();
  });

  it('tells each event of a failed batch what became of it, and goes on', async () => {
    const { batcher, sendings } = batcherOf({ maxEvents: 2 });
    const [stored, lost] = [batcher.add(eventOf('a')), batcher.add(eventOf('b'))];
    const failing = assert.rejects(lost, { code: 'UNAVAILABLE' });
    await sendings[0]?.answer({ b: 'unavailable' });
    assert.equal((await stored).status, 'accepted');
    await failing;
    const both = [batcher.add(eventOf('c')), batcher.add(eventOf('d'))].map((adding) =>
      assert.rejects(adding, /a bug/),
    );
    await sendings[1]?.fail(new Error('a bug'));
    await Promise.all(both);
    const last = [batcher.add(eventOf('e')), batcher.add(eventOf('f'))];
    await sendings[2]?.answer();
    assert.equal((await Promise.all(last)).length, 2);
  });

  it('refuses events while too many wait', async () => {
    const { batcher, sendings } = batcherOf({ maxEvents: 1, maxQueued: 2 });
    const adding = ['a', 'b', 'c'].map((id) => batcher.add(eventOf(id)));
    await assert.rejects(batcher.add(eventOf('d')), { code: 'FULL', retryable: true });
    for (const index of adding.keys()) await sendings[index]?.answer();
    assert.equal((await Promise.all(adding)).length, 3);
  });
});
