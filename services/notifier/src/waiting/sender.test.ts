import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createLogger } from '@switchboard/service';
import { eventually } from '@switchboard/stack/until';
import { eventOf } from '../../fixtures/events.ts';
import { bodiesOf } from '../../fixtures/office.ts';
import { HOUR, setStage } from '../../fixtures/stage.ts';
import { type SenderOptions, startSender } from './sender.ts';
import type { Entry } from './waiting-messages.ts';

const stage = setStage();
const SLOW_MS = 1_000;

it('each waiting message that is sent is a line in the log, with its ids and the id that it has outside', async () => {
  const office = await stage.open();
  const channels = { chat: true, slack: true, email: true };
  const addresses = { email: 'jane@example.com', slackUserId: 'U0JANE00' };
  await stage.prefer(office, 'jane', channels, { ...addresses, quietHours: { start: '11:00', end: '13:00' } });
  await office.handle(stage.shipped('e-1'));
  stage.clock += HOUR;
  const lines = () =>
    office.logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'sent a waiting message');
  await eventually(() => assert.equal(lines().length, 3));
  const outsideIds = new Map(lines().map(({ channel, system, outsideId }) => [channel, `${system} ${outsideId}`]));
  const [{ messageId = '' } = {}] = bodiesOf(stage.sandbox, 'smtp');
  assert.equal(outsideIds.get('email'), `smtp ${messageId.slice(1, messageId.indexOf('@'))}`);
  assert.match(outsideIds.get('slack') ?? '', /^slack \d+\.\d+$/);
  assert.match(outsideIds.get('chat') ?? '', /^chat [0-9a-f-]{36}$/);
  for (const { type, source, event, key } of lines()) {
    assert.deepEqual([type, source, event, key], ['order.shipped', 'test', 'e-1', 'acme:order-1001']);
  }
  assert.doesNotMatch(office.logged.join(''), /jane@example\.com|U0JANE00/);
});

const QUIET = { quietHours: { start: '11:00', end: '13:00' } };

it('the line names the conversation, and LOG_SAMPLE leaves out some', async () => {
  const answers = [true, false];
  const office = await stage.open({ isLogged: () => answers.shift() ?? false });
  await stage.prefer(office, 'jane', { chat: true }, { ...QUIET, topics: { 'message.requested': true } });
  for (const id of ['e-1', 'e-2']) {
    const texts = { title: null, texts: { en: id }, about: `order:${id}`, expiresAt: stage.clock + 24 * HOUR };
    const message = { userId: 'jane', conversationId: 'conv_4711', solicited: false, urgent: false, ...texts };
    await office.handle(eventOf('message.requested', id, stage.clock, message));
  }
  stage.clock += HOUR;
  await eventually(() => assert.equal(answers.length, 0));
  assert.equal(office.logged.filter((line) => line.includes('conv_4711')).length, 1);
});

it('people are alerted to a message that is given up, without personal data', async () => {
  const office = await stage.open();
  await stage.prefer(office, 'jane', { chat: true }, QUIET);
  await office.handle(stage.shipped('e-1'));
  stage.sandbox.fault('chat', { status: 422 });
  stage.clock += HOUR;
  await eventually(() => assert.equal(office.alerts.length, 1));
  assert.deepEqual(office.alerts, [
    {
      kind: 'message_given_up',
      code: 'REJECTED',
      about: 'acme:order-1001',
      message: 'order.shipped by chat',
      event: 'e-1',
    },
  ]);
  assert.ok(office.logged.some((line) => line.includes('dead-lettered a message') && line.includes('acme:order-1001')));
});

it('takes over so many messages of a target that others have places left, and knows which targets are slow', async () => {
  const sender = startSender({
    waiting: { lease: async () => [] },
    ...{ logger: createLogger('test', 'silent'), now: Date.now, concurrency: 2, pollMs: 10, slowMs: SLOW_MS },
  } as unknown as SenderOptions);
  const ends: (() => void)[] = [];
  function adopt(target: string, ago: number): boolean {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const entry = { id: 'm-1', target, messages: [{ channel: 'email', type: 'order.shipped', event: 'e-1' }] };
    const isTaken = sender.adopt(entry as unknown as Entry, promise, performance.now() - ago);
    if (isTaken) ends.push(() => resolve(undefined));
    return isTaken;
  }
  assert.equal(adopt('smtp', 0), true);
  assert.equal(sender.isSlow('smtp'), false);
  assert.equal(adopt('smtp', SLOW_MS), true);
  assert.equal(sender.isSlow('smtp'), true);
  assert.equal(sender.isSlow('chat'), false);
  assert.equal(adopt('smtp', 0), false);
  assert.equal(adopt('chat', 0), true);
  for (const end of ends) end();
  await eventually(() => assert.equal(sender.isSlow('smtp'), false));
  assert.equal(adopt('smtp', 0), true);
  ends.pop()?.();
  await sender.stop();
});
