import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { against, GET } from '../fixtures/against.ts';
import { json, type Respond } from '../fixtures/server.ts';
import { createSlots } from './slots.ts';

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
        const slots = createSlots(limit);
        let waiting: { id: number; controller: AbortController }[] = [];
        let holding: number[] = [];
        const granted: number[] = [];
        const expected: number[] = [];
        let ids = 0;
        for (const step of sequence) {
          if (step.kind === 'take') {
            const id = ids++;
            const controller = new AbortController();
            slots.take(controller.signal).then(
              () => granted.push(id),
              () => {},
            );
            waiting.push({ id, controller });
          } else if (step.kind === 'give' && holding.length > 0) {
            holding = holding.toSpliced(step.which % holding.length, 1);
            slots.give();
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
          await Promise.resolve();
          await Promise.resolve();
          assert.equal(slots.taken, holding.length);
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
