import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { against, answering, GET } from '../fixtures/against.ts';
import { json, type Respond } from '../fixtures/server.ts';
import { createAdmission, HeldBack } from './admission.ts';

/** Requests that end when the test says. */
function createRequests(options: Omit<Parameters<typeof createAdmission>[0], 'now'>) {
  let time = 0;
  const admission = createAdmission({ ...options, now: () => time });
  const running: (() => void)[] = [];
  const heldBack: HeldBack[] = [];
  const ask = (): Promise<void> =>
    admission
      .run(undefined, () => new Promise<void>((end) => running.push(end)))
      .catch((error) => {
        assert.ok(error instanceof HeldBack);
        heldBack.push(error);
      });
  return { admission, running, heldBack, ask, pass: (ms: number) => (time += ms) };
}

async function askTimes(ask: () => Promise<void>, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) void ask();
  await turn();
}

describe('the admission of requests', () => {
  it('lets as many run as may, a few wait, and no more', async () => {
    const { running, heldBack, ask } = createRequests({ concurrency: 8, queue: 2 });
    await askTimes(ask, 12);
    assert.equal(running.length, 8);
    assert.deepEqual(
      heldBack.map(({ by, afterMs }) => [by, afterMs]),
      [
        ['concurrency', undefined],
        ['concurrency', undefined],
      ],
    );
    running[0]?.();
    await turn();
    assert.equal(running.length, 9);
  });

  it('lets requests of a short queue wait for a moment only', async () => {
    const { running, heldBack, ask } = createRequests({ concurrency: 1, queue: 1, longestWaitMs: 10 });
    void ask();
    await ask();
    assert.deepEqual([running.length, heldBack.length], [1, 1]);
  });

  it('sends one at a time after three failures in a row, until one succeeds', async () => {
    const { admission, running, heldBack, ask } = createRequests({ concurrency: 16 });
    for (const verdict of ['failed', 'failed', 'answered', 'failed', 'failed', 'aborted'] as const)
      admission.ended(verdict);
    await askTimes(ask, 16);
    assert.equal(running.length, 16);
    for (const end of running.splice(0)) end();
    await turn();
    admission.ended('failed');
    await askTimes(ask, 16);
    assert.deepEqual([running.length, heldBack.length], [1, 11]);
    admission.ended('answered');
    await turn();
    assert.equal(running.length, 5);
  });

  it('ends the wait of those that asked before the target began to fail', async () => {
    const { admission, running, heldBack, ask } = createRequests({ concurrency: 1, longestWaitMs: 10 });
    void ask();
    const waiting = [ask(), ask(), ask()];
    for (let n = 0; n < 3; n += 1) admission.ended('failed');
    await Promise.all(waiting);
    assert.deepEqual([running.length, heldBack.length], [1, 3]);
  });

  it('keeps to the time that the target asks for', async () => {
    const { admission, running, heldBack, ask, pass } = createRequests({ concurrency: 4 });
    admission.holdBack(5_000);
    pass(4_000);
    await ask();
    assert.deepEqual([heldBack[0]?.by, heldBack[0]?.afterMs], ['retry_after', 1_000]);
    pass(1_000);
    await askTimes(ask, 1);
    assert.equal(running.length, 1);
  });

  it('never exceeds the rate, whenever requests come', async () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), gaps, async (ratePerSecond, gaps) => {
        const { running, ask, pass } = createRequests({ concurrency: 1_000, ratePerSecond, longestWaitMs: 0 });
        const sentAt: number[] = [];
        let time = 0;
        for (const gap of gaps) {
          pass(gap);
          time += gap;
          const before = running.length;
          await askTimes(ask, 1);
          if (running.length > before) sentAt.push(time);
        }
        for (const [index, at] of sentAt.entries()) {
          const within = sentAt.slice(index).filter((other) => other - at <= 1_000).length;
          assert.ok(within <= 2 * ratePerSecond + 1, `${within} in a second at ${ratePerSecond}`);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('uses the rate up under load, and says when the next request has a chance', async () => {
    const { running, heldBack, ask, pass } = createRequests({ concurrency: 100, ratePerSecond: 5, longestWaitMs: 0 });
    for (let n = 0; n < 60; n += 1) {
      await askTimes(ask, 1);
      pass(50);
    }
    // A second's worth at once, and three seconds' worth in three seconds.
    assert.equal(running.length, 5 + 15 - 1);
    assert.equal(heldBack[0]?.by, 'rate');
    assert.ok((heldBack[0]?.afterMs ?? 0) <= 200);
  });
});

describe('a target', () => {
  it('that answers 429 gets no request before its Retry-After, and no event spends an attempt', async () => {
    await against(answering(429, { 'retry-after': '60' }), {}, async (target, { received }) => {
      const error = { retry: 'when-available', status: 429, retryAfterMs: 60_000 };
      await assert.rejects(target.request(GET), { code: 'RETRYABLE_STATUS', ...error });
      await assert.rejects(target.request(GET), ({ code, retry, retryAfterMs }) => {
        assert.deepEqual([code, retry], ['BUSY', 'when-available']);
        assert.ok(retryAfterMs > 30_000 && retryAfterMs <= 60_000);
        return true;
      });
      assert.equal(received.length, 1);
    });
  });

  it('that does not answer holds few callers', async () => {
    const metrics = new Registry();
    const respond: Respond = (response, { path }) => void (path === '/v1/down' ? json(response, 503, {}) : undefined);
    await against(respond, { name: 'acme/crm', label: 'crm', metrics }, async (target) => {
      for (let n = 0; n < 3; n += 1) await target.request({ ...GET, path: '/v1/down' }).catch(() => {});
      const stop = new AbortController();
      const hanging = Promise.allSettled(
        Array.from({ length: 5 }, () => target.request({ ...GET, signal: stop.signal })),
      );
      await assert.rejects(target.request(GET), { code: 'BUSY', target: 'acme/crm', message: /acme\/crm is busy/ });
      assert.match(await metrics.metrics(), /outbound_held_back_total\{target="crm",by="concurrency"\} 1/);
      stop.abort();
      await hanging;
    });
  });

  it('shares the metrics of its label, which show how many are well, until it is closed', async () => {
    const metrics = new Registry();
    const shown = async (): Promise<string[]> =>
      (await metrics.metrics()).split('\n').filter((line) => /^outbound_(targets|breaker_state)\{/.test(line));
    await against(answering(200), { name: 'a/crm', label: 'crm', metrics }, async () => {
      await against(answering(503), { name: 'b/crm', label: 'crm', metrics }, async (target) => {
        for (let n = 0; n < 20; n += 1) await target.request(GET).catch(() => {});
        assert.deepEqual(await shown(), [
          'outbound_breaker_state{target="crm"} 2',
          'outbound_targets{target="crm",breaker="closed"} 1',
          'outbound_targets{target="crm",breaker="half-open"} 0',
          'outbound_targets{target="crm",breaker="open"} 1',
        ]);
      });
      assert.deepEqual((await shown()).slice(0, 2), [
        'outbound_breaker_state{target="crm"} 0',
        'outbound_targets{target="crm",breaker="closed"} 1',
      ]);
    });
  });
});
