import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '@switchboard/stack/until';
import { eventOf } from '../fixtures/events.ts';
import { AGENTS, bodiesOf, messagesOf, type Office } from '../fixtures/office.ts';
import { HOUR, MINUTE, setStage } from '../fixtures/stage.ts';

const NIGHT = { start: '22:00', end: '07:00' };
const stage = setStage();
const { open, prefer, shipped, textsOf, waiting, settled, counted } = stage;

describe('order.shipped', () => {
  it('is one chat message with the tracking number for who agreed to it', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true });
    for (let round = 0; round < 10; round += 1) assert.equal(await office.handle(shipped('e-1')), undefined);
    const [message, ...others] = messagesOf(stage.sandbox, 'chat');
    assert.deepEqual(others, []);
    assert.equal((message?.body as { user_id: string } | undefined)?.user_id, 'jane');
    assert.match(textsOf('chat')[0] ?? '', /Tracking number: 1Z999AA10123456784/);
    assert.equal(await waiting(), 0);
  });

  it('is not sent to people who did not agree, who withdrew, or who are unknown', async () => {
    const office = await open();
    assert.equal(await office.handle(shipped('e-1')), 'not_opted_in');
    await prefer(office, 'jane', { chat: true });
    stage.clock += 1;
    await prefer(office, 'jane', { chat: false });
    assert.equal(await office.handle(shipped('e-2')), 'not_opted_in');
    const stranger = { userId: null, email: 'stranger@example.com', phone: null };
    assert.equal(await office.handle(shipped('e-3', stranger)), 'no_recipient');
    assert.deepEqual(stage.sandbox.effects(), []);
  });

  it('reaches all channels that were agreed to, in the language of the person', async () => {
    const office = await open();
    const hook = `${stage.sandbox.url}/webhook/jane`;
    const addresses = { email: 'jane@example.com', slackUserId: 'U0JANE00', webhookUrl: hook, locale: 'de-AT' };
    await prefer(office, 'jane', { chat: true, email: true, slack: true, webhook: true }, addresses);
    await office.handle(shipped('e-1'));
    for (const system of ['chat', 'slack', 'webhook'] as const)
      assert.match(textsOf(system)[0] ?? '', /Sendungsnummer/, system);
    const [{ to, subject, text, html } = {}] = bodiesOf(stage.sandbox, 'smtp');
    assert.deepEqual(to, ['jane@example.com']);
    assert.equal(subject, 'Ihre Bestellung #1001 ist unterwegs');
    assert.match(text ?? '', /Sendungsnummer/);
    assert.match(html ?? '', /<p dir="auto">.*<br>/s);
    assert.equal(bodiesOf(stage.sandbox, 'slack')[0]?.channel, 'D0JANE00');
  });

  it('is nothing three days later', async () => {
    const office = await open();
    await prefer(office, 'jane', { chat: true });
    const event = shipped('e-1');
    stage.clock += 72 * HOUR;
    assert.equal(await office.handle(event), 'expired');
    assert.deepEqual(messagesOf(stage.sandbox, 'chat'), []);
  });
});

it('an escalation is one Slack message for the agents', async () => {
  const office = await open();
  for (let round = 0; round < 3; round += 1) await office.handle(eventOf('conversation.escalated', 'e-1', stage.clock));
  const [{ channel, text } = {}, ...others] = bodiesOf(stage.sandbox, 'slack');
  assert.deepEqual(others, []);
  assert.equal(channel, AGENTS);
  assert.match(text ?? '', /refund\nReason: customer_frustrated\nCustomer: Jane Doe\nConfidence: 0\.15/);
});

describe('in quiet hours', () => {
  it('a message waits for their end, through a restart, and is sent once', async () => {
    stage.clock = Date.parse('2026-03-28T23:00:00Z');
    const first = await open();
    await prefer(first, 'jane', { chat: true }, { quietHours: NIGHT, timezone: 'Europe/Berlin' });
    for (let round = 0; round < 3; round += 1) assert.equal(await first.handle(shipped('e-1')), undefined);
    await first.close();
    const [second] = [await open(), await open()];
    stage.clock = Date.parse('2026-03-29T04:58:00Z');
    await settled();
    assert.deepEqual(textsOf('chat'), []);
    stage.clock += 2 * MINUTE;
    await eventually(() => assert.equal(textsOf('chat').length, 1));
    await settled();
    await second.handle(shipped('e-1'));
    assert.equal(textsOf('chat').length, 1);
    assert.equal(await waiting(), 0);
  });

  it('messages about one order keep their order, and a later one does not overtake', async () => {
    stage.clock = Date.parse('2026-01-15T23:00:00Z');
    const office = await open();
    await prefer(office, 'jane', { chat: true }, { quietHours: NIGHT });
    await office.handle(eventOf('order.created', 'e-1', stage.clock, { userId: 'jane' }));
    await office.handle(eventOf('payment.confirmed', 'e-2', stage.clock, { userId: 'jane' }));
    stage.clock = Date.parse('2026-01-16T07:00:00Z');
    await office.handle(shipped('e-3'));
    await eventually(() => assert.equal(textsOf('chat').length, 3));
    assert.deepEqual(
      textsOf('chat').map((text) => text.split(' ').slice(0, 3).join(' ')),
      ['Thank you for', 'Your payment for', 'Your order #1001'],
    );
  });

  it('an urgent one is sent at once, another is not, and is nothing when it is pointless by then', async () => {
    stage.clock = Date.parse('2026-01-15T23:00:00Z');
    const office = await open();
    await prefer(office, 'jane', { chat: true }, { quietHours: NIGHT, digest: 'daily' });
    const incident = (id: string, severity: string) =>
      eventOf('incident.opened', id, stage.clock, { severity, userIds: ['jane'], incidentId: id });
    assert.equal(await office.handle(incident('minor', 'minor')), 'expired');
    assert.equal(await office.handle(incident('critical', 'critical')), undefined);
    assert.equal(textsOf('chat').length, 1);
  });

  it('who takes the agreement back while a message waits does not get it', async () => {
    stage.clock = Date.parse('2026-01-15T23:00:00Z');
    const office = await open();
    await prefer(office, 'jane', { chat: true }, { quietHours: NIGHT });
    await office.handle(shipped('e-1'));
    stage.clock += 1;
    await prefer(office, 'jane', { chat: false }, { quietHours: NIGHT });
    stage.clock = Date.parse('2026-01-16T07:00:00Z');
    await eventually(async () => assert.equal(await waiting(), 0));
    assert.deepEqual(messagesOf(stage.sandbox, 'chat'), []);
    assert.equal(await counted(office, 'not_opted_in'), 1);
  });
});

it('more messages than a person gets in an hour wait for their turn; urgent ones do not', async () => {
  const office = await open({ variables: { RATE_PER_HOUR: '2' } });
  await prefer(office, 'jane', { chat: true });
  for (const number of [1, 2, 3, 4]) await office.handle(shipped(`e-${number}`, { orderId: `o-${number}` }));
  assert.equal(textsOf('chat').length, 2);
  await office.handle(eventOf('incident.opened', 'e-5', stage.clock, { userIds: ['jane'] }));
  assert.equal(textsOf('chat').length, 3);
  stage.clock += HOUR;
  await eventually(() => assert.equal(textsOf('chat').length, 5));
  await eventually(async () => assert.equal(await waiting(), 0));
});

it('an incident reaches each of a thousand people once, through repeats and several instances', async () => {
  const instances = [await open({ variables: { SEND_CONCURRENCY: '16' } }), await open()];
  const userIds = Array.from({ length: 1_000 }, (_, number) => `user-${number}`);
  const [first, second] = instances as [Office, Office];
  // A thousand at once time out on a busy machine.
  for (let at = 10; at < userIds.length; at += 45) {
    await Promise.all(userIds.slice(at, at + 45).map((userId) => prefer(first, userId, { chat: true })));
  }
  const incident = eventOf('incident.opened', 'e-1', stage.clock, { userIds: [...userIds, 'user-500'] });
  await Promise.all([first.handle(incident), second.handle(incident)]);
  await first.handle(incident);
  await eventually(async () => {
    // What failed on a busy machine is tried again later.
    stage.clock += 200;
    assert.equal(await waiting(), 0);
  }, 90_000);
  const reached = bodiesOf(stage.sandbox, 'chat').map((body) => body.user_id ?? '');
  assert.deepEqual(reached.toSorted(), userIds.slice(10).toSorted());
});

it('while Redis is away the service waits, and the API says so', async () => {
  const redis = stage.place.redis.duplicate({ retryStrategy: () => null });
  redis.on('error', () => {});
  await new Promise((resolve) => redis.once('ready', resolve));
  const office = await open({ place: { ...stage.place, redis, name: stage.place.name } });
  await prefer(office, 'jane', { chat: true });
  redis.disconnect();
  await assert.rejects(office.handle(shipped('e-1')), { retry: 'when-available' });
  await assert.rejects(prefer(office, 'jane', { chat: false }), { retry: 'when-available' });
  const headers = { authorization: 'Bearer acme-key-0123456789' };
  const answer = await office.http.inject({ url: '/v1/preferences/jane', headers });
  assert.equal(answer.statusCode, 503);
  assert.match(await office.metrics.metrics(), /notifier_messages_total/);
});
