import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultOptions, type Sandbox, startSandbox } from '@switchboard/sandbox';
import { eventually } from '@switchboard/stack/until';
import { Webhook } from 'standardwebhooks';
import { agreed, eventOf } from '../../fixtures/events.ts';
import {
  bodiesOf,
  messagesOf,
  type Office,
  type OfficeOptions,
  openOffice,
  WEBHOOK_SECRET,
} from '../../fixtures/office.ts';
import { openPlace, type Place } from '../../fixtures/redis.ts';

const NOON = Date.parse('2026-01-15T12:00:00Z');
const DAY = 86_400_000;
const NIGHT = { start: '11:00', end: '13:00' };

let place: Place;
let sandbox: Sandbox;
let office: Office;
let clock = NOON;

before(async () => {
  place = await openPlace();
});
after(() => place.close());
beforeEach(async () => {
  place.renew();
  sandbox = await startSandbox();
  clock = NOON;
  await reopen();
});
afterEach(async () => {
  await office.close();
  await sandbox.close();
});

async function reopen(options: Partial<OfficeOptions> = {}): Promise<void> {
  await office?.close();
  office = await openOffice({
    place,
    sandbox,
    now: () => clock,
    ...options,
    // The clock runs ahead of what is on its way.
    variables: { LEASE_MS: String(DAY), ...options.variables },
  });
}

const systems = { chat: 'chat', slack: 'slack', email: 'smtp', webhook: 'webhook' } as const;
type Channel = keyof typeof systems;

const prefer = (channel: Channel, fields: object = {}) =>
  office.handle(
    eventOf(
      'preference.updated',
      'p-1',
      clock,
      agreed(
        'jane',
        { [channel]: true },
        { email: 'jane@example.com', slackUserId: 'U0JANE00', webhookUrl: `${sandbox.url}/webhook/jane`, ...fields },
      ),
    ),
  );
const shipped = (fields: object = {}) => eventOf('order.shipped', 'e-1', NOON, { userId: 'jane', ...fields });

interface Hint {
  retry?: string;
  retryAfterMs?: number;
}

/** How the runs of the event ended, as the runtime would repeat them: until it succeeds, or is given up. */
async function runs(event = shipped()): Promise<string[]> {
  const ends: string[] = [];
  while (ends.length < 4) {
    try {
      await office.handle(event);
      return [...ends, 'done'];
    } catch (error) {
      const { retry, retryAfterMs } = error as Hint;
      ends.push(retryAfterMs === undefined ? (retry ?? 'again') : `after ${retryAfterMs}`);
      if (retry === 'never') return ends;
      if (retry === 'when-available' && retryAfterMs !== undefined) await sleep(retryAfterMs + 50);
    }
  }
  return ends;
}

const SLOW: FaultOptions = { latencyMs: 60_000, count: 1 };
/** Only to a fault that is slow does an answer come too late. */
const limitOf = ({ latencyMs }: FaultOptions): Partial<OfficeOptions> =>
  latencyMs === undefined ? {} : { timeoutMs: 3_000 };

/** By channel: what goes wrong, how the runs end, and how many messages the person has then. */
const CASES: Record<Channel, Record<string, [fault: FaultOptions, ends: string[], messages: number]>> = {
  chat: {
    'a 429': [{ status: 429, count: 1 }, ['when-available', 'done'], 1],
    'two 500s': [{ status: 500, count: 2 }, ['again', 'again', 'done'], 1],
    'a time-out after the effect': [SLOW, ['again', 'done'], 1],
    'a lost answer': [{ dropResponse: true, count: 1 }, ['again', 'done'], 1],
    'an answer that is no JSON': [{ malformed: true, count: 1 }, ['again', 'done'], 1],
    'a refused key': [{ status: 401, count: 1 }, ['when-available', 'done'], 1],
    'a 404': [{ status: 404, count: 1 }, ['never'], 0],
    'a 422': [{ status: 422, count: 1 }, ['never'], 0],
  },
  slack: {
    'a 429': [{ status: 429, count: 1, path: 'chat.postMessage' }, ['when-available', 'done'], 1],
    'two 500s': [{ status: 500, count: 2 }, ['again', 'again', 'done'], 1],
    'a time-out after the effect': [{ ...SLOW, path: 'chat.postMessage' }, ['again', 'done'], 1],
    'a lost answer': [{ dropResponse: true, count: 1, path: 'chat.postMessage' }, ['again', 'done'], 1],
    'an answer that is no JSON': [{ malformed: true, count: 1, path: 'chat.postMessage' }, ['again', 'done'], 1],
    'a refused token, with 200': [{ error: 'invalid_auth', count: 1 }, ['when-available', 'done'], 1],
    'a temporary error, with 200': [
      { error: 'internal_error', count: 1, path: 'chat.postMessage' },
      ['again', 'done'],
      1,
    ],
    'too many messages, with 200': [
      { error: 'rate_limited', count: 1, path: 'chat.postMessage' },
      ['again', 'done'],
      1,
    ],
    'a lasting error, with 200': [{ error: 'is_archived', count: 1 }, ['never'], 0],
  },
  email: {
    'a temporary refusal': [{ status: 451, count: 2 }, ['again', 'again', 'done'], 1],
    'a lasting refusal': [{ status: 554, count: 1 }, ['never'], 0],
  },
  webhook: {
    'a 429 with Retry-After': [{ status: 429, retryAfter: 2, count: 1 }, ['after 2000', 'done'], 1],
    'two 500s': [{ status: 500, count: 2 }, ['again', 'again', 'done'], 1],
    'an answer that is no JSON': [{ malformed: true, count: 1 }, ['done'], 1],
    'a 404': [{ status: 404, count: 1 }, ['never'], 0],
  },
};

for (const [channel, cases] of Object.entries(CASES) as [Channel, (typeof CASES)[Channel]][]) {
  describe(`${channel}, through`, () => {
    for (const [name, [fault, ends, messages]] of Object.entries(cases)) {
      it(`${name}: ${ends.join(', ')}`, async () => {
        await reopen(limitOf(fault));
        await prefer(channel);
        sandbox.fault(systems[channel], fault);
        assert.deepEqual(await runs(), ends);
        assert.equal(messagesOf(sandbox, systems[channel]).length, messages);
      });

      it(`${name}, when it waited`, async () => {
        await reopen(limitOf(fault));
        await prefer(channel, { quietHours: NIGHT });
        assert.deepEqual(await runs(), ['done']);
        sandbox.fault(systems[channel], fault);
        await eventually(async () => {
          clock += 10 * 60_000;
          assert.equal(await place.redis.zcard(`${place.name}:targets:0`), 0);
        });
        assert.equal(messagesOf(sandbox, systems[channel]).length, messages);
        assert.equal(await place.redis.llen(`${place.name}:dead`), ends.at(-1) === 'done' ? 0 : 1);
        assert.ok(clock < NOON + 3 * DAY);
      });
    }
  });
}

describe('what a channel cannot promise is bounded', () => {
  it('a mail whose answer was lost comes twice, with one Message-ID', async () => {
    await prefer('email');
    sandbox.fault('smtp', { dropResponse: true, count: 1 });
    assert.deepEqual(await runs(), ['again', 'done']);
    const ids = bodiesOf(sandbox, 'smtp').map(({ messageId }) => messageId);
    assert.equal(ids.length, 2);
    assert.equal(new Set(ids).size, 1);
  });

  it('a webhook whose answer was lost is called twice, with one key', async () => {
    await prefer('webhook');
    sandbox.fault('webhook', { dropResponse: true, count: 1 });
    assert.deepEqual(await runs(), ['again', 'done']);
    const keys = messagesOf(sandbox, 'webhook').map(({ headers }) => headers['idempotency-key']);
    assert.equal(keys.length, 2);
    assert.equal(new Set(keys).size, 1);
  });
});

describe('a channel that fails', () => {
  it('keeps no other from being used, and is the only one that is used again', async () => {
    await prefer('email', { channels: { chat: true, slack: true, email: true } });
    sandbox.fault('slack', { status: 500, count: 2 });
    assert.deepEqual(await runs(), ['again', 'again', 'done']);
    for (const system of ['chat', 'slack', 'smtp'] as const)
      assert.equal(messagesOf(sandbox, system).length, 1, system);
  });

  it('for a mail server that is not there, the service waits', async () => {
    await reopen({ variables: { SMTP_URL: 'smtp://127.0.0.1:1' } });
    await prefer('email');
    assert.deepEqual(await runs(), Array(4).fill('when-available'));
  });

  it('with credentials that the mail server refuses, too', async () => {
    await reopen({ variables: { SMTP_URL: `smtp://wrong:wrong@127.0.0.1:${sandbox.smtpPort}` } });
    await prefer('email');
    assert.deepEqual(await runs(), Array(4).fill('when-available'));
  });

  it("a person's webhook is signed, so that its receiver knows who calls", async () => {
    await prefer('webhook');
    assert.deepEqual(await runs(), ['done']);
    const [{ body, headers } = assert.fail()] = messagesOf(sandbox, 'webhook');
    assert.deepEqual(new Webhook(WEBHOOK_SECRET).verify(JSON.stringify(body), { ...headers }), body);
  });

  it('and is not called without a secret to sign with', async () => {
    await reopen({ variables: { WEBHOOK_SECRET: '' } });
    await prefer('webhook');
    await runs();
    assert.deepEqual(sandbox.effects('webhook'), []);
    assert.match(office.logged.join(''), /WEBHOOK_SECRET is not set/);
  });

  it("a person's webhook that is not there costs only its own event", async () => {
    await prefer('webhook', { webhookUrl: 'http://127.0.0.1:1/' });
    assert.deepEqual(await runs(), Array(4).fill('again'));
  });

  it('a webhook at an address that is not public is never called', async () => {
    await reopen({ variables: { WEBHOOK_ALLOW: '' } });
    await prefer('webhook');
    assert.deepEqual(await runs(), ['never']);
    assert.deepEqual(sandbox.effects('webhook'), []);
  });
});

describe('a text that means harm', () => {
  const HOSTILE =
    '<!channel> <script>alert(1)</script> *bold*\r\nBcc: all@example.com\u0000 \u202Eevil שלום 👩🏽‍🚀 {{orderId}}';

  it('is shown as text on every channel', async () => {
    await prefer('chat', { channels: { chat: true, slack: true, email: true, webhook: true } });
    assert.deepEqual(await runs(shipped({ carrier: HOSTILE, orderNumber: `1\r\nBcc: all@example.com ${HOSTILE}` })), [
      'done',
    ]);
    const plain = '<!channel> <script>alert(1)</script> *bold* Bcc: all@example.com evil שלום 👩🏽‍🚀 {{orderId}}';
    const [chat] = bodiesOf(sandbox, 'chat');
    assert.ok(chat?.message?.includes(`Carrier: ${plain}\n`), chat?.message);
    const [slack] = bodiesOf(sandbox, 'slack');
    assert.ok(slack?.text?.includes('&lt;!channel&gt; &lt;script&gt;'));
    assert.doesNotMatch(slack?.text ?? '', /[<>]/);
    const [mail] = messagesOf(sandbox, 'smtp');
    assert.equal(mail?.path, 'jane@example.com');
    assert.equal('bcc' in (mail?.headers ?? {}), false);
    const [{ subject, html, text } = {}] = bodiesOf(sandbox, 'smtp');
    assert.equal(subject, `Your order 1 Bcc: all@example.com ${plain} is on its way`);
    assert.match(html ?? '', /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
    assert.doesNotMatch(html ?? '', /<script/);
    assert.ok(text?.includes(plain));
    assert.ok(bodiesOf(sandbox, 'webhook')[0]?.text?.includes(plain));
  });

  it('of 100 kB is shortened', async () => {
    await prefer('chat', { channels: { chat: true, slack: true, email: true } });
    assert.deepEqual(await runs({ ...shipped(), carrier: '😀'.repeat(50_000) }), ['done']);
    assert.ok((bodiesOf(sandbox, 'chat')[0]?.message?.length ?? 0) < 3_000);
  });

  it('is in no log and no metric', async () => {
    await prefer('chat', { channels: { chat: true, slack: true, email: true, webhook: true } });
    for (const system of ['chat', 'slack', 'smtp', 'webhook'] as const)
      sandbox.fault(system, { status: 500, count: 1 });
    await runs(shipped({ carrier: 'canary-7731', phone: '+46 8 555 7731' }));
    const written = office.logged.join('') + (await office.metrics.metrics());
    assert.doesNotMatch(written, /canary-7731|jane@example\.com|U0JANE00|webhook\/jane/);
  });
});
