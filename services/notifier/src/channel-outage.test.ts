import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { credentials } from '@switchboard/sandbox';
import { eventually } from '@switchboard/stack/until';
import { eventOf } from '../fixtures/events.ts';
import { type DoorState, type MailDoor, openMailDoor } from '../fixtures/mail-door.ts';
import { bodiesOf, type Office } from '../fixtures/office.ts';
import { HOUR, setStage } from '../fixtures/stage.ts';
import { SLOW_MS } from './handlers.ts';

const stage = setStage();
const { prefer, shipped, textsOf, waiting, counted } = stage;
const { user, password } = credentials.smtp;

let door: MailDoor;
beforeEach(async () => {
  door = await openMailDoor(stage.sandbox.smtpPort);
});
afterEach(() => door.close());

const open = (variables: Record<string, string> = {}): Promise<Office> =>
  stage.open({
    slowMs: SLOW_MS,
    variables: { SMTP_URL: `smtp://${user}:${password}@127.0.0.1:${door.port}`, ...variables },
  });
const subjects = (): (string | undefined)[] => bodiesOf(stage.sandbox, 'smtp').map(({ subject }) => subject);
/** The targets that are known to be unavailable. */
const rests = () => stage.place.redis.hgetall(`${stage.place.name}:rests`);
const BOTH = { chat: true, email: true };
const address = { email: 'jane@example.com' };

describe('a mail server that is down', () => {
  it('keeps the chat message of an event from nothing, and its mails come later, in order, once', async () => {
    const office = await open();
    await prefer(office, 'jane', BOTH, address);
    door.set('refused');
    for (const type of ['order.created', 'order.shipped'] as const) {
      for (let repeat = 0; repeat < 2; repeat += 1) {
        assert.equal(await office.handle(eventOf(type, type, stage.clock, { userId: 'jane' })), undefined);
      }
    }
    assert.equal(textsOf('chat').length, 2);
    assert.equal(await waiting(), 1);
    door.set('open');
    await eventually(() => {
      stage.clock += 1_000;
      assert.equal(subjects().length, 2);
    });
    assert.deepEqual(subjects(), ['We have your order #1001', 'Your order #1001 is on its way']);
    await eventually(async () => assert.equal(await waiting(), 0));
    assert.equal(textsOf('chat').length, 2);
    assert.deepEqual([await counted(office, 'dead'), await counted(office, 'retried')], [0, 0]);
  });

  it('is not asked by an event with another message, since that would wait with its key for a server that hangs', async () => {
    const office = await open();
    await prefer(office, 'jane', BOTH, address);
    door.set('refused');
    await office.handle(shipped('e-1'));
    assert.equal(await waiting(), 1);
    door.set('silent');
    const other = await open();
    for (const id of ['e-2', 'e-3']) assert.equal(await other.handle(shipped(id, { orderId: id })), undefined);
    assert.equal(door.knocks(), 0);
    assert.equal(textsOf('chat').length, 3);
    assert.equal(await waiting(), 3);
    door.set('open');
    await eventually(() => {
      stage.clock += 1_000;
      assert.equal(subjects().length, 3);
    });
  });

  it('and hangs delays neither the other messages of an event nor the end of it, and its mail comes once', async () => {
    const office = await open();
    const hook = `${stage.sandbox.url}/webhook/jane`;
    await prefer(office, 'jane', { email: true, webhook: true }, { ...address, webhookUrl: hook });
    door.set('silent');
    for (let repeat = 0; repeat < 2; repeat += 1) assert.equal(await office.handle(shipped('e-1')), undefined);
    assert.equal(textsOf('webhook').length, 1);
    // The event ended before anybody knew that the server is down.
    assert.deepEqual(await rests(), {});
    assert.equal(door.knocks(), 1);
    door.set('open');
    await eventually(() => {
      stage.clock += 1_000;
      assert.equal(subjects().length, 1);
    });
    await eventually(async () => assert.equal(await waiting(), 0));
    assert.deepEqual([subjects().length, textsOf('webhook').length], [1, 1]);
  });

  it('and hangs is not asked by events with another message while it owes an answer', async () => {
    const office = await open({ SEND_CONCURRENCY: '1' });
    await prefer(office, 'jane', BOTH, address);
    door.set('silent');
    const events = ['o-1', 'o-2', 'o-3'].flatMap((orderId) =>
      (['order.created', 'order.shipped'] as const).map((type) =>
        eventOf(type, `${orderId}-${type}`, stage.clock, { userId: 'jane', orderId, orderNumber: orderId }),
      ),
    );
    for (const event of events) assert.equal(await office.handle(event), undefined);
    assert.equal(textsOf('chat').length, events.length);
    assert.deepEqual([door.knocks(), await rests()], [1, {}]);
    door.set('open');
    await eventually(() => {
      stage.clock += 1_000;
      assert.equal(subjects().length, events.length);
    });
    for (const order of ['o-1', 'o-2', 'o-3']) {
      const own = subjects().filter((subject) => subject?.includes(order));
      assert.deepEqual(own, [`We have your order ${order}`, `Your order ${order} is on its way`]);
    }
  });

  it('and hangs is left alone when the service stops: the mail waits for the next instance', async () => {
    const office = await open();
    await prefer(office, 'jane', BOTH, address);
    door.set('silent');
    await office.handle(shipped('e-1'));
    const stoppedAt = Date.now();
    await office.close();
    // It would wait for 10 s.
    assert.ok(Date.now() - stoppedAt < 9_000, 'the stop waited for the server');
    door.set('open');
    await open();
    await eventually(() => assert.equal(subjects().length, 1));
    assert.equal(textsOf('chat').length, 1);
  });

  it('that gives no answer in time counts as down before a mail has used up its attempts', async () => {
    const office = await open({ LEASE_MS: '1000' });
    await prefer(office, 'jane', { email: true }, address);
    door.set('silent');
    const hints: unknown[] = [];
    for (let run = 0; run < 6; run += 1) hints.push(await office.handle(shipped('e-1')).catch(({ retry }) => retry));
    assert.deepEqual(hints, [...Array(4).fill(undefined), 'when-available', 'when-available']);
  });

  it('leaves an event with nothing but mails in Kafka, and says which system it waits for', async () => {
    const office = await open();
    await prefer(office, 'jane', { email: true }, address);
    door.set('refused');
    for (let run = 0; run < 3; run += 1) {
      await assert.rejects(office.handle(shipped('e-1')), { retry: 'when-available', target: 'smtp' });
    }
    assert.equal(await waiting(), 0);
    door.set('open');
    await eventually(() => office.handle(shipped('e-1')));
    assert.equal(subjects().length, 1);
  });

  for (const state of ['refused', 'silent'] as const satisfies DoorState[]) {
    it(`${state}, it delays mails only, however many of them are due`, async () => {
      const office = await open({ SEND_CONCURRENCY: '4', RATE_PER_HOUR: '1000' });
      const people = Array.from({ length: 40 }, (_, index) => `user-${index}`);
      for (const userId of people) await prefer(office, userId, { email: true }, { email: `${userId}@example.com` });
      await prefer(office, 'jane', { chat: true });
      door.set(state);
      const incident = (id: string, userIds: string[]) => eventOf('incident.opened', id, stage.clock, { userIds });
      await office.handle(incident('mails', people));
      await eventually(() => assert.ok(door.knocks() > 0));
      for (let number = 0; number < 10; number += 1) await office.handle(incident(`chat-${number}`, ['jane', 'john']));
      await eventually(() => assert.equal(textsOf('chat').length, 10));
      // One connection for each message in flight, and one a second of the test's clock, which stands still.
      assert.ok(door.knocks() <= 2 * 4, String(door.knocks()));
      assert.equal(subjects().length, 0);
      door.set('open');
      await eventually(() => {
        stage.clock += 1_000;
        assert.equal(subjects().length, people.length);
      });
      assert.equal(new Set(bodiesOf(stage.sandbox, 'smtp').map(({ to }) => String(to))).size, people.length);
      assert.equal(await counted(office, 'dead'), 0);
    });
  }

  it('is told apart from a message that has expired meanwhile', async () => {
    const office = await open();
    await prefer(office, 'jane', BOTH, address);
    door.set('refused');
    for (let number = 0; number < 5; number += 1) {
      await office.handle(shipped(`e-${number}`, { orderId: `o-${number}` }));
    }
    assert.equal(await waiting(), 5);
    stage.clock += 73 * HOUR;
    await eventually(async () => assert.equal(await waiting(), 0));
    assert.equal(await counted(office, 'expired'), 5);
    assert.deepEqual(await rests(), {});
  });
});

it('a channel that is down is asked by its probe alone while events wait for it, however many messages they have', async () => {
  const office = await stage.open();
  const { availability } = office;
  await prefer(office, 'jane', { chat: true });
  await prefer(office, 'both', { chat: true, slack: true }, { slackUserId: 'U0SLACK00' });
  const handle = (id: string, userId: string, probes?: string) => {
    const { signal } = new AbortController();
    availability.attempts(signal, probes);
    availability.failed('chat', { why: 'it answers 503', retryAfterMs: 0 });
    return office.handle(shipped(id, { userId, orderId: id }), signal);
  };
  availability.countWith(() => 1);
  await handle('e-1', 'both', 'chat');
  await handle('e-2', 'jane', 'chat');
  assert.deepEqual([textsOf('chat').length, textsOf('slack').length], [2, 1]);
  await assert.rejects(handle('e-3', 'jane'), { name: 'UnavailableError', target: 'chat' });
  await handle('e-4', 'both');
  assert.deepEqual([textsOf('chat').length, textsOf('slack').length], [2, 2]);
  assert.equal(await waiting(), 1, 'the sender asks it later');
});
