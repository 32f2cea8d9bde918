import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { startEventsApi } from '../fixtures/events-api.ts';
import { createFakeClock } from '../fixtures/fake-clock.ts';
import { answers, cuts, type Respond, startServer } from '../fixtures/server.ts';
import { createEventsClient, type Event, type EventsClientOptions } from './events-client.ts';
import { SendError } from './send-error.ts';

const KEY = 'sb_acme_canary_00000000';
const eventOf = (id: string, data: object = {}): Event => ({ type: 'order.created', id, data });
const eventsOf = (count: number): Event[] => Array.from({ length: count }, (_, index) => eventOf(`e-${index}`));

const clientOf = (url: string, options: Partial<EventsClientOptions> = {}, time = createFakeClock()) =>
  createEventsClient({ url, ...(options.token ? {} : { apiKey: KEY }), ...options }, time.clock);

async function failure(sending: Promise<unknown>): Promise<SendError> {
  const error = await sending.then(
    () => assert.fail('it was sent'),
    (reason) => reason,
  );
  assert.ok(error instanceof SendError, inspect(error));
  assert.ok(!inspect(error, { depth: 10 }).includes('canary'), inspect(error));
  return error;
}

describe('a list of events', () => {
  it('is one request with the key, and has one result each, in order', async (t) => {
    const api = await startEventsApi(t, { 'e-1': ['invalid'], 'e-2': ['duplicate'] });
    const results = await clientOf(api.url).send(eventsOf(4));
    assert.deepEqual(
      results.map(({ id, status }) => [id, status]),
      [
        ['e-0', 'accepted'],
        ['e-1', 'invalid'],
        ['e-2', 'duplicate'],
        ['e-3', 'accepted'],
      ],
    );
    assert.deepEqual(results[1]?.problems, [{ path: 'data.orderId', message: 'is required' }]);
    const [{ path, headers } = assert.fail()] = api.received;
    assert.deepEqual([path, headers.authorization], ['/v1/events', `Bearer ${KEY}`]);
  });

  it('that is empty is no request', async (t) => {
    const api = await startEventsApi(t);
    assert.deepEqual(await clientOf(api.url).send([]), []);
    assert.equal(api.received.length, 0);
  });

  it('that is longer than a request may be is sent in several, one after the other', async (t) => {
    const api = await startEventsApi(t);
    const events = eventsOf(1_101);
    const results = await clientOf(api.url).send(events);
    assert.deepEqual(
      results.map(({ id }) => id),
      events.map(({ id }) => id),
    );
    assert.deepEqual(
      api.batches.map(({ length }) => length),
      [500, 500, 101],
    );
  });

  it('keeps the times and ids that events have, and gives ids to those without', async (t) => {
    const api = await startEventsApi(t, {}, { unavailable: 1 });
    const time = new Date('2026-01-15T10:00:00Z');
    const results = await clientOf(api.url).send([
      { ...eventOf('mine'), time },
      { type: 'order.created', data: {} },
    ]);
    assert.equal(results[0]?.id, 'mine');
    assert.match(results[1]?.id ?? '', /^[0-9a-f-]{36}$/);
    const [first, second] = api.received.map(({ body }) => body);
    assert.equal(first, second);
    assert.ok(first?.includes('"time":"2026-01-15T10:00:00.000Z"'));
  });

  it('reports what can never be sent as invalid, and sends the rest', async (t) => {
    const api = await startEventsApi(t);
    const events = [eventOf('a'), eventOf('b', { n: 1n }), eventOf('c', { text: 'ä'.repeat(600_000) }), eventOf('d')];
    const results = await clientOf(api.url).send(events);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['accepted', 'invalid', 'invalid', 'accepted'],
    );
    assert.match(results[1]?.problems[0]?.message ?? '', /cannot be written as JSON/);
    assert.match(results[2]?.problems[0]?.message ?? '', /has 12000\d\d bytes, too many/);
    assert.deepEqual(api.batches, [['a', 'd']]);
  });
});

describe('a repeat', () => {
  it('has only what was unavailable', async (t) => {
    const api = await startEventsApi(t, {
      'e-1': ['unavailable', 'unavailable', 'accepted'],
      'e-3': ['unavailable', 'duplicate'],
    });
    const time = createFakeClock();
    const results = await clientOf(api.url, {}, time).send(eventsOf(4));
    assert.deepEqual(
      results.map(({ status }) => status),
      ['accepted', 'accepted', 'accepted', 'duplicate'],
    );
    assert.deepEqual(api.batches, [['e-0', 'e-1', 'e-2', 'e-3'], ['e-1', 'e-3'], ['e-1']]);
    assert.deepEqual(time.pauses, [500, 1_000]);
  });

  it('follows cut connections, a slow answer, 503 and 207, and then has every result', async (t) => {
    const slow: Respond = () => new Promise(() => {});
    const proxy = answers(502, { oops: true });
    const api = await startEventsApi(
      t,
      { 'e-2': ['unavailable', 'accepted'] },
      { before: [cuts, slow, proxy], unavailable: 1 },
    );
    const time = createFakeClock();
    const results = await clientOf(api.url, { timeoutMs: 5_000 }, time).send(eventsOf(3));
    assert.deepEqual(
      results.map(({ status }) => status),
      ['accepted', 'accepted', 'accepted'],
    );
    const all = ['e-0', 'e-1', 'e-2'];
    assert.deepEqual(api.batches, [all, all, ['e-2']]);
    assert.equal(api.received.length, 6);
    // After the 503, its Retry-After of 2 s and up to 4 s more.
    assert.deepEqual(time.pauses, [500, 1_000, 2_000, 6_000, 8_000]);
  });

  it('has a token of its own', async (t) => {
    const api = await startEventsApi(t, {}, { unavailable: 1 });
    let tokens = 0;
    const token = async () => `token-${++tokens}`;
    await clientOf(api.url, { token }).send(eventsOf(1));
    assert.deepEqual(
      api.received.map(({ headers }) => headers.authorization),
      ['Bearer token-1', 'Bearer token-2'],
    );
  });
});

describe('an error', () => {
  it('when time is up says which events are stored, and no further request is made', async (t) => {
    const forever = Array(100).fill('unavailable');
    const api = await startEventsApi(t, { 'e-0': ['invalid'], 'e-3': forever });
    const error = await failure(clientOf(api.url, { maxEvents: 2, retry: { forMs: 20_000 } }).send(eventsOf(6)));
    assert.deepEqual([error.code, error.retryable], ['UNAVAILABLE', true]);
    assert.equal(error.message, '1 of the 2 events of a request could not be stored.');
    assert.deepEqual(
      error.results?.map(({ status }) => status),
      ['invalid', 'accepted', 'accepted', 'unavailable', 'unavailable', 'unavailable'],
    );
    assert.ok(!api.batches.flat().includes('e-4'));
  });

  for (const [status, code] of [
    [400, 'REFUSED'],
    [401, 'REFUSED'],
    [403, 'REFUSED'],
    [413, 'REFUSED'],
    [500, 'REFUSED'],
    [200, 'BAD_ANSWER'],
  ] as const) {
    it(`of a whole request with ${status} is final`, async (t) => {
      const { url, received } = await startServer(t, answers(status, { error: 'Why' }));
      const error = await failure(clientOf(url).send(eventsOf(2)));
      assert.deepEqual([error.code, error.status, error.retryable], [code, status, false]);
      assert.deepEqual(
        error.results?.map((result) => result.status),
        ['unavailable', 'unavailable'],
      );
      assert.equal(received.length, 1);
    });
  }

  it('is an answer whose results are not those of the events', async (t) => {
    const result = (id: string, status = 'accepted') => ({ id, status });
    const wrong = [
      [],
      [result('e-0')],
      [result('e-1'), result('e-0')],
      [result('e-0'), result('e-1', 'perhaps')],
      [result('e-0'), null],
    ];
    for (const results of wrong) {
      const { url } = await startServer(t, answers(200, { results }));
      assert.equal((await failure(clientOf(url).send(eventsOf(2)))).code, 'BAD_ANSWER', JSON.stringify(results));
    }
  });

  it('is an abort', async (t) => {
    const stop = new AbortController();
    const api = await startEventsApi(t, {}, { before: [() => new Promise(() => stop.abort())] });
    const error = await failure(clientOf(api.url).send(eventsOf(1), { signal: stop.signal }));
    assert.deepEqual([error.code, error.results?.[0]?.status], ['ABORTED', 'unavailable']);
    await api.untilQuiet();
  });
});

describe('the credential', () => {
  it('is a key or a token, and no error repeats it', async (t) => {
    const api = await startEventsApi(t);
    const options = (more: object) => ({ url: api.url, ...more }) as EventsClientOptions;
    for (const wrong of [{}, { apiKey: 'canary\n' }, { apiKey: '' }, { apiKey: 'a', token: () => 'canary' }]) {
      assert.throws(
        () => createEventsClient(options(wrong)),
        (error) => error instanceof SendError && error.code === 'INVALID_OPTION' && !inspect(error).includes('canary'),
      );
    }
    assert.equal(
      (await failure(clientOf(api.url, { token: () => 'canary\nx' }).send(eventsOf(1)))).code,
      'INVALID_OPTION',
    );
    assert.equal(api.received.length, 0);
  });

  it('that cannot be had for now is asked for again', async (t) => {
    const api = await startEventsApi(t);
    let asked = 0;
    const token = (signal: AbortSignal): Promise<string> => {
      asked += 1;
      if (asked === 1) throw new Error('the token endpoint is down');
      // Never settles, as a request without a time limit.
      return asked === 2 ? new Promise(() => signal.throwIfAborted()) : Promise.resolve('good');
    };
    const [result] = await clientOf(api.url, { token, timeoutMs: 3_000 }).send(eventsOf(1));
    assert.deepEqual([result?.status, asked], ['accepted', 3]);
    const failing = () => Promise.reject(new Error('down'));
    const error = await failure(clientOf(api.url, { token: failing, retry: false }).send(eventsOf(1)));
    assert.deepEqual([error.code, error.message], ['UNREACHABLE', 'There is no token: token() failed.']);
  });
});
