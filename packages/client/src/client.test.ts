import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { createFakeClock, START } from '../fixtures/fake-clock.ts';
import { type ClientOptions, createClient } from './client.ts';
import { SendError } from './send-error.ts';

const SECRET = 'canary-secret-0123';
const EVENT = { event: 'order.created', data: { orderId: 'o-1' } } as const;

interface Request {
  url: string;
  headers: Record<string, string>;
  body: string;
}
type Reply = Response | Error;
const reply = (status: number, body: object | string = {}, headers: Record<string, string> = {}): Response =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
const RECEIVED = { received: true, id: 'o-1' };

/** A client to whose requests these replies are given in turn, the last again and again. */
function clientOf(replies: readonly (() => Reply)[], options: Partial<ClientOptions> = {}, time = createFakeClock()) {
  const requests: Request[] = [];
  const fetch = (async (url: URL, { headers, body }: RequestInit) => {
    requests.push({ url: String(url), headers: headers as Record<string, string>, body: String(body) });
    const given = (replies[requests.length - 1] ?? replies.at(-1))?.();
    if (given instanceof Response) return given;
    throw given;
  }) as typeof globalThis.fetch;
  const client = createClient(
    { url: 'http://127.0.0.1:1', source: 'shop', secret: SECRET, fetch, ...options },
    time.clock,
  );
  return { client, requests, ...time };
}

const failure = (sending: Promise<unknown>): Promise<SendError> =>
  sending.then(
    () => assert.fail('it was sent'),
    (error) => {
      assert.ok(error instanceof SendError, error);
      return error;
    },
  );

describe('one answer', () => {
  it('is accepted, duplicate or skipped', async () => {
    const skipped = { skipped: true, reason: 'Unhandled event type', hint: 'order.created' };
    const cases = [
      [RECEIVED, { status: 'accepted', attempts: 1, answer: RECEIVED }],
      [
        { ...RECEIVED, duplicate: true },
        { status: 'duplicate', attempts: 1, answer: { ...RECEIVED, duplicate: true } },
      ],
      [skipped, { status: 'skipped', reason: skipped.reason, hint: skipped.hint, attempts: 1, answer: skipped }],
    ] as const;
    for (const [body, expected] of cases) {
      assert.deepEqual(await clientOf([() => reply(200, body)]).client.send(EVENT), expected);
    }
  });

  const FINAL = [300, 301, 302, 307, 308, 400, 401, 403, 404, 405, 409, 413, 415, 422, 500, 501, 505];
  const REPEATED = [408, 425, 429, 502, 503, 504];
  for (const status of [...FINAL, ...REPEATED]) {
    const isRepeated = REPEATED.includes(status);
    it(`${status} is ${isRepeated ? 'repeated' : 'final'}`, async () => {
      const { client, requests } = clientOf([() => reply(status, { error: 'Why' }), () => reply(200, RECEIVED)]);
      if (isRepeated) {
        assert.deepEqual(await client.send(EVENT), { status: 'accepted', attempts: 2, answer: RECEIVED });
      } else {
        const error = await failure(client.send(EVENT));
        assert.deepEqual([error.code, error.status, error.retryable], ['REFUSED', status, false]);
        assert.match(error.message, new RegExp(`^The answer was ${status}: Why`));
      }
      assert.equal(requests.length, isRepeated ? 2 : 1);
    });
  }

  it('of another program is no success', async () => {
    for (const body of ['<html>Log in</html>', '', '[]', 'null', '{"received":"yes"}', '{}']) {
      const error = await failure(clientOf([() => reply(200, body)]).client.send(EVENT));
      assert.deepEqual([error.code, error.status, error.retryable], ['BAD_ANSWER', 200, false], body);
    }
    assert.equal((await failure(clientOf([() => reply(201, RECEIVED)]).client.send(EVENT))).code, 'BAD_ANSWER');
  });

  it('of 422 names the fields', async () => {
    const problems = [{ path: 'data.orderId', message: 'is required' }];
    const error = await failure(clientOf([() => reply(422, { error: 'No match', problems })]).client.send(EVENT));
    assert.deepEqual(error.problems, problems);
    assert.equal(error.message, 'The answer was 422: No match (data.orderId).');
  });

  it('of 401 says when this clock is wrong', async () => {
    const date = (ms: number) => ({ date: new Date(START + ms).toUTCString() });
    const messageAt = async (ms: number) =>
      (await failure(clientOf([() => reply(401, { error: 'Invalid' }, date(ms))]).client.send(EVENT))).message;
    assert.match(await messageAt(12 * 60_000), /the clocks differ by 12 minutes/);
    assert.equal(await messageAt(60_000), 'The answer was 401: Invalid.');
  });

  it('cannot fill the message, or break its line', async () => {
    const long = `${'x'.repeat(10_000)}\n`;
    const body = { error: `a\nb\u2028c${long}`, problems: Array(1_000).fill({ path: long }) };
    const { message } = await failure(clientOf([() => reply(422, body)]).client.send(EVENT));
    assert.match(message, /^The answer was 422: a b c/);
    assert.ok(message.length < 1_000 && !/[\n\u2028]/.test(message), message);
  });
});

describe('a repeat', () => {
  it('is signed at its own time, with the same body and id', async () => {
    const { client, requests } = clientOf([() => reply(503), () => reply(503), () => reply(200, RECEIVED)], {
      retry: { baseMs: 10_000 },
    });
    await client.send(EVENT);
    const [body = ''] = requests.map((request) => request.body);
    for (const { url, headers, body: sent } of requests) {
      assert.deepEqual(
        [url, headers['content-type'], sent],
        ['http://127.0.0.1:1/webhooks/shop', 'application/json', body],
      );
      const signed = createHmac('sha256', SECRET).update(`${headers['x-webhook-timestamp']}.${body}`).digest('hex');
      assert.equal(headers['x-webhook-signature'], signed);
    }
    const times = requests.map(({ headers }) => Number(headers['x-webhook-timestamp']) - START / 1_000);
    assert.deepEqual(times, [0, 10, 30]);
    assert.match((JSON.parse(body) as { event_id: string }).event_id, /^[0-9a-f-]{36}$/);
  });

  it('waits longer each time, at random, up to its bound', async () => {
    const retry = { forMs: 100_000, baseMs: 1_000, maxMs: 5_000 };
    const pausesOf = async (random: number) => {
      const { client, pauses } = clientOf([() => reply(503)], { retry }, createFakeClock(random));
      assert.equal((await failure(client.send(EVENT))).code, 'UNAVAILABLE');
      return pauses.slice(0, 5);
    };
    assert.deepEqual(await pausesOf(1), [1_000, 2_000, 4_000, 5_000, 5_000]);
    assert.deepEqual(await pausesOf(0.5), [500, 1_000, 2_000, 2_500, 2_500]);
  });

  it('waits as long as Retry-After asks, and a little more', async () => {
    const headers = { 'retry-after': '7' };
    const date = { 'retry-after': new Date(START + 20_500).toUTCString() };
    const replies = [() => reply(503, {}, headers), () => reply(429, {}, date), () => reply(200, RECEIVED)];
    const { client, pauses } = clientOf(replies, {});
    assert.equal((await client.send(EVENT)).attempts, 3);
    // 20 s after the start, of which 7.5 s have passed.
    assert.deepEqual(pauses, [7_500, 13_500]);
  });

  it('is not made when Retry-After asks for more time than there is', async () => {
    const { client, requests, pauses } = clientOf([() => reply(503, {}, { 'retry-after': '61' })]);
    const error = await failure(client.send(EVENT));
    assert.deepEqual([error.code, error.retryable, error.retryAfterMs], ['UNAVAILABLE', true, 61_000]);
    assert.deepEqual([requests.length, pauses], [1, []]);
  });

  it('is made at the end of the time at the latest', async () => {
    const { client, requests, pauses } = clientOf([() => reply(503)], { retry: { forMs: 10_000, baseMs: 4_000 } });
    const error = await failure(client.send(EVENT));
    assert.deepEqual([error.code, error.status, pauses, requests.length], ['UNAVAILABLE', 503, [4_000, 6_000], 3]);
  });

  it('counts the time that attempts took', async () => {
    const time = createFakeClock();
    const slow = () => {
      time.pass(40_000);
      return reply(503);
    };
    const { client, requests } = clientOf([slow], { retry: { baseMs: 1 } }, time);
    assert.equal((await failure(client.send(EVENT))).code, 'UNAVAILABLE');
    assert.equal(requests.length, 2);
  });

  it('follows a lost connection', async () => {
    const lost = () => Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } });
    const { client } = clientOf([lost, () => reply(200, { ...RECEIVED, duplicate: true })]);
    const { status, attempts } = await client.send(EVENT);
    assert.deepEqual([status, attempts], ['duplicate', 2]);
    const error = await failure(clientOf([lost], { retry: false }).client.send(EVENT));
    assert.deepEqual([error.code, error.retryable], ['UNREACHABLE', true]);
    assert.match(error.message, /ECONNRESET/);
  });

  it('is never made with retry: false', async () => {
    const { client, requests } = clientOf([() => reply(503, {}, { 'retry-after': '0' })], { retry: false });
    assert.equal((await failure(client.send(EVENT))).code, 'UNAVAILABLE');
    assert.equal(requests.length, 1);
  });
});

describe('the id', () => {
  const sentFor = async (event: Parameters<ReturnType<typeof createClient>['send']>[0]) => {
    const { client, requests } = clientOf([() => reply(200, RECEIVED)]);
    await client.send(event);
    return JSON.parse(requests[0]?.body ?? '') as Record<string, unknown>;
  };

  it('of the sender stays, wherever ingest looks for it', async () => {
    for (const key of ['event_id', 'eventId', 'id']) {
      for (const event of [
        { ...EVENT, [key]: 'mine' },
        { event_type: 'new_order', payload: {}, [key]: 'mine' },
      ]) {
        assert.deepEqual(await sentFor(event), event);
      }
    }
  });

  it('is added where there is none', async () => {
    const article = { articleId: 'a-1', action: 'published', id: 'a field' };
    for (const event of [EVENT, { ...EVENT, id: '' }, { ...EVENT, event_id: null }, article]) {
      const { event_id, ...rest } = await sentFor(event);
      assert.match(String(event_id), /^[0-9a-f-]{36}$/);
      const { event_id: _, ...given } = event as Record<string, unknown>;
      assert.deepEqual(rest, given);
    }
    assert.notEqual((await sentFor(EVENT)).event_id, (await sentFor(EVENT)).event_id);
  });

  it('is not added to raw bytes', async () => {
    const { client, requests } = clientOf([() => reply(200, RECEIVED)]);
    await client.sendRaw('{"event": 1}');
    await client.sendRaw(Buffer.from('{"event": 1}'));
    assert.deepEqual(
      requests.map(({ body, headers }) => [body, headers['x-webhook-signature']]),
      Array(2).fill([requests[0]?.body, requests[0]?.headers['x-webhook-signature']]),
    );
  });
});

describe('an event or option that cannot be used', () => {
  it('is refused before anything is sent', async () => {
    const { client, requests } = clientOf([() => reply(200, RECEIVED)]);
    const error = await failure(client.send({ event: 'x', data: { n: 1n } }));
    assert.deepEqual([error.code, error.retryable, requests.length], ['INVALID_EVENT', false, 0]);
  });

  const invalid: [Partial<ClientOptions>, RegExp][] = [
    [{ url: 'nowhere' }, /url must be a URL/],
    [{ url: 'ftp://a' }, /http or https/],
    [{ url: 'https://me:canary@a' }, /neither a user/],
    [{ url: 'https://a?key=canary' }, /query/],
    [{ source: '../v1' }, /source/],
    [{ source: '' }, /source/],
    [{ secret: '' }, /secret/],
    [{ timeoutMs: 0 }, /timeoutMs must be a number above 0/],
    [{ timeoutMs: 2 ** 31 }, /timeoutMs/],
    [{ retry: { forMs: Number.NaN } }, /forMs/],
  ];
  for (const [options, message] of invalid) {
    it(`says so: ${JSON.stringify(options)}`, () => {
      assert.throws(
        () => clientOf([], options),
        (error) => {
          assert.ok(error instanceof SendError && error.code === 'INVALID_OPTION');
          assert.match(error.message, message);
          assert.ok(!error.message.includes('canary'));
          return true;
        },
      );
    });
  }

  it('keeps a path of the URL', async () => {
    const { client, requests } = clientOf([() => reply(200, RECEIVED)], { url: 'https://example.com/hooks' });
    await client.send(EVENT);
    assert.equal(requests[0]?.url, 'https://example.com/hooks/webhooks/shop');
  });
});
