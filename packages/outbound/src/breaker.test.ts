import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '@switchboard/stack/until';
import { Registry } from 'prom-client';
import { against, GET } from '../fixtures/against.ts';
import { json, type Respond } from '../fixtures/server.ts';
import type { Target } from './target.ts';

const codeOf = (target: Target, signal?: AbortSignal): Promise<string> =>
  target.request({ ...GET, ...(signal && { signal }) }).then(
    () => 'ok',
    (error) => (typeof error.code === 'string' ? error.code : error.message),
  );

async function codesOf(target: Target, count: number): Promise<string[]> {
  const codes: string[] = [];
  for (let n = 0; n < count; n += 1) codes.push(await codeOf(target));
  return codes;
}

/** A server whose health the test turns on and off. */
function fragile(): { respond: Respond; status: number } {
  const state = { status: 500, respond: (response) => json(response, state.status, {}) } as {
    respond: Respond;
    status: number;
  };
  return state;
}

describe('the breaker', () => {
  const ways: Record<string, { respond: Respond; code: string; timeoutMs?: number }> = {
    'answers 503': { respond: (response) => json(response, 503, {}), code: 'RETRYABLE_STATUS' },
    'drops connections': { respond: (_, __, socket) => void socket.destroy(), code: 'CONNECTION_FAILED' },
    'does not answer in time': { respond: () => {}, code: 'TIMEOUT', timeoutMs: 60 },
  };
  for (const [way, { respond, code, timeoutMs = 10_000 }] of Object.entries(ways)) {
    it(`opens at the fifth failure in a row of a target that ${way}, and then fails at once`, async () => {
      await against(respond, { timeoutMs }, async (target, { received }) => {
        assert.deepEqual(new Set(await codesOf(target, 4)), new Set([code]));
        target.check();
        const before = performance.now();
        await assert.rejects(target.request(GET), { code: 'UNAVAILABLE', retry: 'when-available' });
        assert.throws(() => target.check(), { code: 'UNAVAILABLE' });
        const asked = received.length;
        assert.equal(await codeOf(target), 'UNAVAILABLE');
        // A second later, as on a machine that stalls, it may be asked again.
        if (performance.now() - before < 1_000) assert.equal(received.length, asked, 'nothing was sent');
      });
    });
  }

  it('opens at the 20th failure in a row of a target that answers 500', async () => {
    await against(
      (response) => json(response, 500, {}),
      {},
      async (target) => {
        assert.deepEqual(new Set(await codesOf(target, 19)), new Set(['RETRYABLE_STATUS']));
        assert.equal(await codeOf(target), 'UNAVAILABLE');
      },
    );
  });

  it('does not open for one event that fails all its 12 tries, nor for answers that refuse', async () => {
    const server = fragile();
    await against(server.respond, {}, async (target) => {
      for (const status of [500, 422, 500, 429, 500, 200]) {
        server.status = status;
        await codesOf(target, 12);
      }
      target.check();
    });
  });

  it('takes an answer that cannot be used for an answer', async () => {
    await against(
      (response) => void response.end('<html>'),
      {},
      async (target) => {
        assert.deepEqual(new Set(await codesOf(target, 25)), new Set(['BAD_RESPONSE']));
        target.check();
      },
    );
  });

  it('counts nothing when we hang up, neither a failure nor a success', async () => {
    let hang = false;
    const respond: Respond = (response) => void (hang || json(response, 500, {}));
    await against(respond, {}, async (target) => {
      hang = true;
      for (let n = 0; n < 25; n += 1) {
        assert.match(await codeOf(target, AbortSignal.timeout(10)), /aborted/);
      }
      target.check();
      hang = false;
      await codesOf(target, 19);
      hang = true;
      assert.match(await codeOf(target, AbortSignal.timeout(10)), /aborted/);
      hang = false;
      assert.equal(await codeOf(target), 'UNAVAILABLE', 'the 20th failure, with an abort before it');
    });
  });

  it('lets one request a second through; one that fails keeps it open and costs its event nothing, one that works closes it', async () => {
    const server = fragile();
    await against(server.respond, {}, async (target, { received }) => {
      await codesOf(target, 20);
      const probeAfter = received.length;
      const codes = new Set<string>();
      await until('three probes have failed', async () => {
        for (const code of await Promise.all([codeOf(target), codeOf(target), codeOf(target)])) codes.add(code);
        return received.length >= probeAfter + 3;
      });
      assert.deepEqual(codes, new Set(['UNAVAILABLE']));
      assert.equal(received.length, probeAfter + 3, 'one at a time');
      server.status = 200;
      await until('it works again', async () => (await codeOf(target)) === 'ok');
      target.check();
      assert.equal(await codeOf(target), 'ok');
    });
  });

  it('is closed by a probe that is refused, and kept open by one that we hang up on', async () => {
    let respond: Respond = (response) => json(response, 500, {});
    await against(
      (...args) => respond(...args),
      {},
      async (target, { received }) => {
        await codesOf(target, 20);
        respond = () => {};
        await until('a probe was hung up on', async () =>
          /aborted/.test(await codeOf(target, AbortSignal.timeout(20))),
        );
        assert.equal(await codeOf(target), 'UNAVAILABLE');
        respond = (response) => json(response, 404, {});
        await until('a probe is refused', async () => (await codeOf(target)) === 'REJECTED');
        const asked = received.length;
        await codesOf(target, 2);
        assert.equal(received.length, asked + 2);
      },
    );
  });

  it('is seen in the metrics, with how requests ended and how many run', async () => {
    const metrics = new Registry();
    const server = fragile();
    await against(server.respond, { metrics }, async (target) => {
      const value = async (name: string): Promise<number | undefined> =>
        (await metrics.getSingleMetric(name)?.get())?.values[0]?.value;
      assert.equal(await value('outbound_breaker_state'), 0);
      await codesOf(target, 25);
      assert.equal(await value('outbound_breaker_state'), 2);
      assert.equal(await value('outbound_in_flight'), 0);
      server.status = 200;
      await until('it works again', async () => (await codeOf(target)) === 'ok');
      assert.equal(await value('outbound_breaker_state'), 0);
      const text = await metrics.metrics();
      assert.match(text, /outbound_request_seconds_count\{target="crm",method="GET",outcome="ok"\} 1/);
      assert.match(text, /outbound_request_seconds_count\{target="crm",method="GET",outcome="retryable_status"\} 2\d/);
    });
  });
});
