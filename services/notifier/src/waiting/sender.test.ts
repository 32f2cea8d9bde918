import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createLogger } from '@switchboard/service';
import { eventually } from '@switchboard/stack/until';
import { bodiesOf } from '../../fixtures/office.ts';
import { HOUR, setStage } from '../../fixtures/stage.ts';
import { type SenderOptions, startSender } from './sender.ts';
import type { Entry } from './waiting-messages.ts';

const stage = setStage();
const SLOW_MS = 1_000;

it('each waiting message that is sent is a line in the log, with the id that it has outside', async () => {
  const office = await stage.open();
  const channels = { chat: true, slack: true, email: true };
  const addresses = { email: 'jane@example.com', slackUserId: 'U0JANE00' };
  await stage.prefer(office, 'jane', channels, { ...addresses, quietHours: { start: '11:00', end: '13:00' } });
  await office.handle(stage.shipped('e-1'));
  stage.clock += HOUR;
  const lines = () =>
    office.logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'sent a waiting message');
  await eventually(() => assert.equal(lines().length, 3));
  const effects = new Map(lines().map(({ channel, effect }) => [channel, effect]));
  const [{ messageId = '' } = {}] = bodiesOf(stage.sandbox, 'smtp');
  assert.deepEqual(effects.get('email'), { system: 'smtp', id: messageId.slice(1, messageId.indexOf('@')) });
  assert.match(effects.get('slack').id, /^\d+\.\d+$/);
  assert.match(effects.get('chat').id, /^[0-9a-f-]{36}$/);
  assert.deepEqual([...new Set(lines().flatMap(({ events }) => events))], [`notifier:acme:test:e-1`]);
  assert.doesNotMatch(office.logged.join(''), /jane@example\.com|U0JANE00/);
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
