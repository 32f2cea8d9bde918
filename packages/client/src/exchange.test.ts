import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { answers, cuts, type Respond, startServer } from '../fixtures/server.ts';
import { type ClientOptions, createClient } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { SendError, type SendErrorCode } from './send-error.ts';

const SECRET = 'canary-secret-0123';
const EVENT = { event: 'order.created', data: { orderId: 'o-1' } } as const;
const received = answers(200, { received: true, id: 'o-1' });
const silent: Respond = () => new Promise(() => {});
const trickles: Respond = (_, response) => {
  response.writeHead(200).write('{"received":');
};

const clientOf = (url: string, more: Partial<ClientOptions> = {}) =>
  createClient({ url, source: 'shop', secret: SECRET, retry: { baseMs: 1 }, ...more });

async function failsWith(code: SendErrorCode, sending: Promise<unknown>): Promise<SendError> {
  const error = await sending.then(
    () => assert.fail('it was sent'),
    (reason) => reason,
  );
  assert.ok(error instanceof SendError, inspect(error));
  assert.equal(error.code, code);
  assert.ok(!inspect(error, { depth: 10 }).includes('canary'), inspect(error));
  return error;
}

describe('a server', () => {
  it('that cuts the connection, is silent and stops amid its answer is asked again', async (t) => {
    const { url, received: requests, untilQuiet } = await startServer(t, cuts, silent, trickles, received);
    const sent = await clientOf(url, { timeoutMs: 300 }).send(EVENT);
    assert.equal(sent.status, 'accepted');
    // More when this machine is slow.
    assert.ok(sent.attempts >= 4);
    assert.equal(new Set(requests.map(({ body }) => body)).size, 1);
    await untilQuiet();
  });

  for (const [what, respond] of [
    ['is silent', silent],
    ['stops amid its answer', trickles],
  ] as const) {
    it(`that ${what} is left after timeoutMs`, async (t) => {
      const { url, untilQuiet } = await startServer(t, respond);
      const error = await failsWith('TIMED_OUT', clientOf(url, { timeoutMs: 50, retry: false }).send(EVENT));
      assert.match(error.message, /\/webhooks\/shop did not answer within 50 ms\.$/);
      await untilQuiet();
    });

    it(`that ${what} is left when a signal aborts`, async (t) => {
      for (const where of ['client', 'send'] as const) {
        let asked = () => {};
        const arrived = new Promise<void>((resolve) => {
          asked = resolve;
        });
        const { url, untilQuiet } = await startServer(t, (...request) => {
          asked();
          return respond(...request);
        });
        const stop = new AbortController();
        const signal = { signal: stop.signal };
        const sending = clientOf(url, where === 'client' ? signal : {}).send(EVENT, where === 'send' ? signal : {});
        const failing = failsWith('ABORTED', sending);
        await arrived;
        stop.abort(new Error('shut down'));
        const error = await failing;
        assert.deepEqual([error.retryable, (error.cause as Error).message], [true, 'shut down']);
        await untilQuiet();
      }
    });
  }

  it('that never stops answering is not read for ever', async (t) => {
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(65_536, 'x'));
      },
    });
    const { url, untilQuiet } = await startServer(t, (_, response) => pipeline(endless, response));
    await failsWith('BAD_ANSWER', clientOf(url).send(EVENT));
    await untilQuiet();
  });

  it('that redirects gets no second request', async (t) => {
    const { url, received: requests } = await startServer(t, answers(307, {}, { location: '/elsewhere' }));
    assert.match((await failsWith('REFUSED', clientOf(url).send(EVENT))).message, /redirect: set url to/);
    assert.equal(requests.length, 1);
  });

  it('that cannot be reached is UNREACHABLE, with the reason', async (t) => {
    const { url } = await startServer(t, cuts);
    const cut = await failsWith('UNREACHABLE', clientOf(url, { retry: false }).send(EVENT));
    assert.match(cut.message, /UND_ERR_SOCKET|ECONNRESET/);
    const none = createServer().listen(0, '127.0.0.1');
    await once(none, 'listening');
    const { port } = none.address() as AddressInfo;
    await new Promise((resolve) => none.close(resolve));
    const sending = clientOf(`http://127.0.0.1:${port}`, { retry: false }).send(EVENT);
    assert.match((await failsWith('UNREACHABLE', sending)).message, /ECONNREFUSED/);
  });
});

describe('an abort', () => {
  it('before the first attempt sends nothing', async (t) => {
    const { url, received: requests } = await startServer(t, received);
    await failsWith('ABORTED', clientOf(url, { signal: AbortSignal.abort() }).send(EVENT));
    await failsWith('ABORTED', clientOf(url).sendRaw('{}', { signal: AbortSignal.abort() }));
    assert.equal(requests.length, 0);
  });

  it('ends the pause before a repeat', async (t) => {
    const stop = new AbortController();
    const { url } = await startServer(t, answers(503, {}, { 'retry-after': '30' }));
    const sleep: Clock['sleep'] = (ms, signal) => {
      setImmediate(() => stop.abort());
      return systemClock.sleep(ms, signal);
    };
    const client = createClient({ url, source: 'shop', secret: SECRET }, { ...systemClock, sleep });
    await failsWith('ABORTED', client.send(EVENT, { signal: stop.signal }));
  });

  it('and the time limit end a fetch that ignores its signal', async () => {
    const fetch = () => new Promise<never>(() => {});
    await failsWith('TIMED_OUT', clientOf('http://a', { fetch, timeoutMs: 20, retry: false }).send(EVENT));
    await failsWith('ABORTED', clientOf('http://a', { fetch, signal: AbortSignal.timeout(20) }).send(EVENT));
  });
});

it('leaves no listener on the signal of the caller', async (t) => {
  const { url } = await startServer(t, cuts, answers(503, {}), received);
  const { signal } = new AbortController();
  const added = t.mock.method(signal, 'addEventListener');
  const removed = t.mock.method(signal, 'removeEventListener');
  await clientOf(url, { signal }).send(EVENT);
  assert.ok(added.mock.callCount() >= 3);
  const listeners = new Set<unknown>();
  for (const { arguments: given } of added.mock.calls) listeners.add(given[1]);
  for (const { arguments: given } of removed.mock.calls) listeners.delete(given[1]);
  assert.equal(listeners.size, 0);
});
