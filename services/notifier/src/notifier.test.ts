import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { eventually } from '@switchboard/local/until';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { agreed, eventOf } from '../fixtures/events.ts';
import { AGENTS, bodiesOf, messagesOf, type Office, type OfficeOptions, openOffice } from '../fixtures/office.ts';
import { openPlace, type Place } from '../fixtures/redis.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.parse('2026-01-15T12:00:00Z');
const NIGHT = { start: '22:00', end: '07:00' };

let place: Place;
let sandbox: Sandbox;
let clock = NOON;
let offices: Office[] = [];

before(async () => {
  place = await openPlace();
  sandbox = await startSandbox();
});
after(async () => {
  place.close();
  await sandbox.close();
});
beforeEach(async () => {
  place.renew();
  sandbox.reset();
  clock = NOON;
});
afterEach(async () => {
  for (const office of offices) await office.close();
  offices = [];
});

async function open(options: Partial<OfficeOptions> = {}): Promise<Office> {
  const office = await openOffice({ place, sandbox, now: () => clock, ...options });
  offices.push(office);
  return office;
}

let changes = 0;
function prefer(office: Office, userId: string, channels: object, fields: object = {}): Promise<string | undefined> {
  changes += 1;
  return office.tell(eventOf('preference.updated', `p-${changes}`, clock, agreed(userId, channels, fields)));
}
const shipped = (id: string, fields: object = {}) => eventOf('order.shipped', id, clock, { userId: 'jane', ...fields });
const textsOf = (system: 'chat' | 'slack' | 'webhook'): string[] =>
  bodiesOf(sandbox, system).map(({ message, text }) => message ?? text ?? '');
const waiting = async (): Promise<number> =>
  (await place.redis.zcard(`${place.name}:due:0`)) + (await place.redis.zcard(`${place.name}:due:1`));
/** Everything that is due has been dealt with. */
const settled = () =>
  eventually(async () => {
    for (const key of ['0', '1']) assert.equal(await place.redis.zcount(`${place.name}:due:${key}`, '-inf', clock), 0);
    // A lease is a due time that is near.
    for (const key of ['0', '1'])
      assert.equal(await place.redis.zcount(`${place.name}:due:${key}`, clock, clock + MINUTE), 0);
  });
const counted = async (office: Office, outcome: string): Promise<number> => {
  const metric = await office.metrics.getSingleMetric('notifier_messages_total')?.get();
  return (metric?.values ?? [])
    .filter(({ labels }) => labels.outcome === outcome)
    .reduce((sum, { value }) => sum + value, 0);
};

describe('order.shipped', () => {
  it('is one chat message with the tracking number for who agreed to it', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true });
    for (let round = 0; round < 10; round += 1) assert.equal(await office.tell(shipped('e-1')), undefined);
    const [message, ...others] = messagesOf(sandbox, 'chat');
    assert.deepEqual(others, []);
    assert.equal((message?.body as { user_id: string } | undefined)?.user_id, 'jane');
    assert.match(textsOf('chat')[0] ?? '', /Tracking number: 1Z999AA10123456784/);
    assert.equal(await waiting(), 0);
  });

  it('is nothing for who did not, who took it back, and who is nobody', async () => {
    const office = await open();
    assert.equal(await office.tell(shipped('e-1')), 'not_opted_in');
    await prefer(office, 'jane', { chat: true });
    clock += 1;
    await prefer(office, 'jane', { chat: false });
    assert.equal(await office.tell(shipped('e-2')), 'not_opted_in');
    assert.equal(await office.tell(shipped('e-3', { userId: null })), 'no_recipient');
    assert.deepEqual(sandbox.effects(), []);
  });

  it('reaches all channels that were agreed to, in the language of the person', async () => {
    const office = await open();
    const hook = `${sandbox.url}/webhook/jane`;
    const addresses = { email: 'jane@example.com', slackUserId: 'U0JANE00', webhookUrl: hook, locale: 'de-AT' };
    await prefer(office, 'jane', { chat: true, email: true, slack: true, webhook: true }, addresses);
    await office.tell(shipped('e-1'));
    for (const system of ['chat', 'slack', 'webhook'] as const)
      assert.match(textsOf(system)[0] ?? '', /Sendungsnummer/, system);
    const [{ to, subject, text, html } = {}] = bodiesOf(sandbox, 'smtp');
    assert.deepEqual(to, ['jane@example.com']);
    assert.equal(subject, 'Ihre Bestellung #1001 ist unterwegs');
    assert.match(text ?? '', /Sendungsnummer/);
    assert.match(html ?? '', /<p dir="auto">.*<br>/s);
    assert.equal(bodiesOf(sandbox, 'slack')[0]?.channel, 'D0JANE00');
  });

  it('is nothing three days later', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true });
    const event = shipped('e-1');
    clock += 72 * HOUR;
    assert.equal(await office.tell(event), 'expired');
    assert.deepEqual(messagesOf(sandbox, 'chat'), []);
  });
});

it('an escalation is one Slack message for the agents', async () => {
  const office = await open();
  for (let round = 0; round < 3; round += 1) await office.tell(eventOf('conversation.escalated', 'e-1', clock));
  const [{ channel, text } = {}, ...others] = bodiesOf(sandbox, 'slack');
  assert.deepEqual(others, []);
  assert.equal(channel, AGENTS);
  assert.match(text ?? '', /refund\nReason: customer_frustrated\nCustomer: Jane Doe\nConfidence: 0\.15/);
});

describe('in quiet hours', () => {
  it('a message waits for their end, through a restart, and is sent once', async () => {
    clock = Date.parse('2026-03-28T23:00:00Z');
    const first = await open();
    await prefer(first, 'jane', { chat: true }, { quietHours: NIGHT, timezone: 'Europe/Berlin' });
    for (let round = 0; round < 3; round += 1) assert.equal(await first.tell(shipped('e-1')), undefined);
    await first.close();
    const [second] = [await open(), await open()];
    clock = Date.parse('2026-03-29T04:58:00Z');
    await settled();
    assert.deepEqual(textsOf('chat'), []);
    clock += 2 * MINUTE;
    await eventually(() => assert.equal(textsOf('chat').length, 1));
    await settled();
    await second.tell(shipped('e-1'));
    assert.equal(textsOf('chat').length, 1);
    assert.equal(await waiting(), 0);
  });

  it('messages about one order keep their order, and a later one does not overtake', async () => {
    clock = Date.parse('2026-01-15T23:00:00Z');
    const office = await open();
    await prefer(office, 'jane', { chat: true }, { quietHours: NIGHT });
    await office.tell(eventOf('order.created', 'e-1', clock, { userId: 'jane' }));
    await office.tell(eventOf('payment.confirmed', 'e-2', clock, { userId: 'jane' }));
    clock = Date.parse('2026-01-16T07:00:00Z');
    await office.tell(shipped('e-3'));
    await eventually(() => assert.equal(textsOf('chat').length, 3));
    assert.deepEqual(
      textsOf('chat').map((text) => text.split(' ').slice(0, 3).join(' ')),
      ['Thank you for', 'Your payment for', 'Your order #1001'],
    );
  });

  it('an urgent one is sent at once, another is not, and is nothing when it is pointless by then', async () => {
    clock = Date.parse('2026-01-15T23:00:00Z');
    const office = await open();
    await prefer(office, 'jane', { chat: true }, { quietHours: NIGHT, digest: 'daily' });
    const incident = (id: string, severity: string) =>
      eventOf('incident.opened', id, clock, { severity, userIds: ['jane'], incidentId: id });
    assert.equal(await office.tell(incident('minor', 'minor')), 'expired');
    assert.equal(await office.tell(incident('critical', 'critical')), undefined);
    assert.equal(textsOf('chat').length, 1);
  });

  it('who takes the agreement back while a message waits does not get it', async () => {
    clock = Date.parse('2026-01-15T23:00:00Z');
    const office = await open();
    await prefer(office, 'jane', { chat: true }, { quietHours: NIGHT });
    await office.tell(shipped('e-1'));
    clock += 1;
    await prefer(office, 'jane', { chat: false }, { quietHours: NIGHT });
    clock = Date.parse('2026-01-16T07:00:00Z');
    await eventually(async () => assert.equal(await waiting(), 0));
    assert.deepEqual(messagesOf(sandbox, 'chat'), []);
    assert.equal(await counted(office, 'not_opted_in'), 1);
  });
});

describe('a digest', () => {
  it('is one message of all that was gathered; what comes later is in the next', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true, email: true }, { digest: 'hourly', email: 'jane@example.com' });
    for (const number of [1, 2, 3]) {
      clock += MINUTE;
      await office.tell(shipped(`e-${number}`, { orderId: `o-${number}`, orderNumber: null }));
      await office.tell(shipped(`e-${number}`, { orderId: `o-${number}`, orderNumber: null }));
    }
    assert.deepEqual(sandbox.effects(), []);
    clock = NOON + HOUR;
    await eventually(() => assert.equal(textsOf('chat').length + messagesOf(sandbox, 'smtp').length, 2));
    await settled();
    assert.match(
      textsOf('chat')[0] ?? '',
      /^Here is what is new:\n\nYour order o-1.*\n\nYour order o-2.*\n\nYour order o-3/s,
    );
    assert.equal(bodiesOf(sandbox, 'smtp')[0]?.subject, 'Your news (3)');
    await office.tell(shipped('e-3'));
    await office.tell(shipped('e-4'));
    clock = NOON + 2 * HOUR;
    await eventually(() => assert.equal(textsOf('chat').length, 2));
    assert.doesNotMatch(textsOf('chat')[1] ?? '', /o-3/);
  });

  it('of very much says how much it is, and as much of it as a message holds', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true, email: true }, { digest: 'hourly', email: 'jane@example.com' });
    const long = 'x'.repeat(900);
    for (let number = 0; number < 40; number += 1) await office.tell(shipped(`e-${number}`, { carrier: long }));
    clock = NOON + HOUR;
    await eventually(() => assert.equal(textsOf('chat').length + messagesOf(sandbox, 'smtp').length, 2));
    assert.ok(textsOf('chat')[0]?.endsWith('\n\n…'));
    assert.equal(bodiesOf(sandbox, 'smtp')[0]?.subject, 'Your news (40)');
    assert.equal(await counted(office, 'dead'), 0);
  });

  it('whose answer is lost is sent again as it was', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true }, { digest: 'hourly' });
    for (const number of [1, 2]) await office.tell(shipped(`e-${number}`, { orderId: `o-${number}` }));
    sandbox.fault('chat', { dropResponse: true, count: 1 });
    clock = NOON + HOUR;
    await eventually(async () => assert.equal(await counted(office, 'retried'), 2));
    clock += 1;
    await prefer(office, 'jane', { chat: true }, { digest: 'hourly', locale: 'de' });
    clock += HOUR;
    await eventually(async () => assert.equal(await waiting(), 0));
    assert.equal(textsOf('chat').length, 1);
    assert.equal(await counted(office, 'dead'), 0);
  });

  describe('whose first tries did not get through tells only of what is wanted then:', () => {
    /** Two messages are gathered, and two tries fail, one before and one after what happens. */
    async function withTrouble(happens: (office: Office) => Promise<void>): Promise<Office> {
      const office = await open();
      await prefer(office, 'jane', { chat: true }, { digest: 'hourly' });
      await office.tell(eventOf('order.created', 'e-1', clock, { userId: 'jane' }));
      await office.tell(shipped('e-2'));
      sandbox.fault('chat', { status: 500, count: 2 });
      clock = NOON + HOUR;
      await eventually(async () => assert.equal(await counted(office, 'retried'), 2));
      await happens(office);
      await eventually(async () => assert.equal(await counted(office, 'retried'), 4));
      clock += HOUR;
      await eventually(async () => assert.equal(await waiting(), 0));
      const [text = '', ...others] = textsOf('chat');
      assert.deepEqual(others, []);
      assert.match(text, /Your order #1001 is on its way/);
      assert.doesNotMatch(text, /Thank you/);
      assert.equal(await counted(office, 'sent'), 1);
      return office;
    }

    it('not of what is pointless by then', async () => {
      const office = await withTrouble(async () => {
        clock = NOON + 24 * HOUR;
      });
      assert.equal(await counted(office, 'expired'), 1);
    });

    it('not of what the person does not want any more', async () => {
      const office = await withTrouble(async (office) => {
        clock += 1;
        await prefer(office, 'jane', { chat: true }, { digest: 'hourly', topics: { 'order.created': false } });
        clock += HOUR;
      });
      assert.equal(await counted(office, 'not_opted_in'), 1);
    });
  });
});

it('more messages than a person gets in an hour wait for their turn; urgent ones do not', async () => {
  const office = await open({ variables: { RATE_PER_HOUR: '2' } });
  await prefer(office, 'jane', { chat: true });
  for (const number of [1, 2, 3, 4]) await office.tell(shipped(`e-${number}`, { orderId: `o-${number}` }));
  assert.equal(textsOf('chat').length, 2);
  await office.tell(eventOf('incident.opened', 'e-5', clock, { userIds: ['jane'] }));
  assert.equal(textsOf('chat').length, 3);
  clock += HOUR;
  await eventually(() => assert.equal(textsOf('chat').length, 5));
  await eventually(async () => assert.equal(await waiting(), 0));
});

it('an incident reaches each of a thousand people once, through repeats and several instances', async () => {
  const instances = [await open({ variables: { SEND_CONCURRENCY: '16' } }), await open()];
  const userIds = Array.from({ length: 1_000 }, (_, number) => `user-${number}`);
  const [first, second] = instances as [Office, Office];
  await Promise.all(userIds.slice(10).map((userId) => prefer(first, userId, { chat: true })));
  const incident = eventOf('incident.opened', 'e-1', clock, { userIds: [...userIds, 'user-500'] });
  await Promise.all([first.tell(incident), second.tell(incident)]);
  await first.tell(incident);
  await eventually(async () => {
    // What failed on a busy machine is tried again later.
    clock += 200;
    assert.equal(await waiting(), 0);
  }, 90_000);
  const reached = bodiesOf(sandbox, 'chat').map((body) => body.user_id ?? '');
  assert.deepEqual(reached.toSorted(), userIds.slice(10).toSorted());
});

it('while Redis is away the service waits, and the API says so', async () => {
  const redis = place.redis.duplicate({ retryStrategy: () => null });
  redis.on('error', () => {});
  await new Promise((resolve) => redis.once('ready', resolve));
  const office = await open({ place: { ...place, redis, name: place.name } });
  await prefer(office, 'jane', { chat: true });
  redis.disconnect();
  await assert.rejects(office.tell(shipped('e-1')), { retry: 'when-available' });
  await assert.rejects(prefer(office, 'jane', { chat: false }), { retry: 'when-available' });
  const headers = { authorization: 'Bearer acme-key-0123456789' };
  const answer = await office.http.inject({ url: '/v1/preferences/jane', headers });
  assert.equal(answer.statusCode, 503);
  assert.match(await office.metrics.metrics(), /notifier_messages_total/);
});
