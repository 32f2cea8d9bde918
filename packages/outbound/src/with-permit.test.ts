import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createSemaphore } from '@switchboard/async';
import fc from 'fast-check';
import { against, GET } from '../fixtures/against.ts';
import { json, type Respond } from '../fixtures/server.ts';
import { withPermit } from './with-permit.ts';

describe('permits', () => {
  it('never exceed the limit, are all used, and are granted in order of arrival, even when callers leave', async () => {
    const steps = fc.array(
      fc.oneof(
        fc.constant({ kind: 'take' as const }),
        fc.record({ kind: fc.constant('give' as const), which: fc.nat(50) }),
        fc.record({ kind: fc.constant('abort' as const), which: fc.nat(50) }),
      ),
      { maxLength: 80 },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (limit, sequence) => {
        const semaphore = createSemaphore(limit);
        let waiting: { id: number; controller: AbortController }[] = [];
        const holding: number[] = [];
        const granted: number[] = [];
        const ends = new Map<number, () => void>();
        const expected: number[] = [];
        let ids = 0;
        for (const step of sequence) {
          if (step.kind === 'take') {
            const id = ids++;
            const controller = new AbortController();
            withPermit(semaphore, controller.signal, () => {
              granted.push(id);
              return new Promise<void>((resolve) => ends.set(id, resolve));
            }).catch(() => {});
            waiting.push({ id, controller });
          } else if (step.kind === 'give' && holding.length > 0) {
            const [id = -1] = holding.splice(step.which % holding.length, 1);
            ends.get(id)?.();
          } else if (step.kind === 'abort' && waiting.length > 0) {
            const index = step.which % waiting.length;
            waiting[index]?.controller.abort();
            waiting = waiting.toSpliced(index, 1);
          }
          while (holding.length < limit && waiting.length > 0) {
            const { id } = waiting.shift() as { id: number };
            holding.push(id);
            expected.push(id);
          }
          await turn();
          assert.equal(semaphore.taken, holding.length);
          assert.deepEqual(granted, expected);
        }
      }),
    );
  });

  it('bound the concurrent requests of a target, even when requests fail', async () => {
    const running = { now: 0, most: 0 };
    const respond: Respond = async (response, { path }, socket) => {
      const number = Number(path.split('/').at(-1));
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      await new Promise((resolve) => setTimeout(resolve, number % 11));
      running.now -= 1;
      if (number % 7 === 0) socket.destroy();
      else json(response, number % 5 === 0 ? 429 : 200, {});
    };
    await against(respond, { concurrency: 4 }, async (target, { received }) => {
      const requests = Array.from({ length: 200 }, (_, n) => target.request({ ...GET, path: `/v1/${n}` }));
      await Promise.allSettled(requests);
      assert.equal(received.length, 200);
      assert.equal(running.most, 4);
    });
  });

  it('do not delay the abort of a request that waits for one', async () => {
    await against(
      () => {},
      { concurrency: 1, timeoutMs: 60_000 },
      async (target, { received }) => {
        const first = new AbortController();
        const second = new AbortController();
        const hanging = target.request({ ...GET, signal: first.signal });
        const waiting = target.request({ ...GET, signal: second.signal });
        second.abort(new Error('enough'));
        await assert.rejects(waiting, { message: 'enough' });
        first.abort(new Error('stop'));
        await assert.rejects(hanging, { message: 'stop' });
        assert.ok(received.length <= 1);
      },
    );
  });
});
