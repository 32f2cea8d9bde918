import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { createWaitingMessages, type Message, type WaitingMessages } from '@switchboard/notifier/waiting-messages';
import { createLetterService, type LetterService } from '../fixtures/letter-service.ts';
import { randomMark } from '../fixtures/mark.ts';

const HOUR = 3_600_000;

describe('ops messages', () => {
  let service: LetterService;
  let waiting: WaitingMessages;
  /** A code of its own: other tests share the notifier's list. */
  const code = `REFUSED_${randomMark()}`;
  const of = ['--code', code];

  before(async () => {
    service = await createLetterService();
    waiting = createWaitingMessages({ redis: service.redis, service: 'notifier', now: Date.now, leaseMs: 60_000 });
  });
  after(() => service[Symbol.asyncDispose]());

  /** Gives a message up as the notifier does. @returns its id */
  async function giveUp(expiresAt: number): Promise<string> {
    const id = randomUUID().replaceAll('-', '');
    const now = Date.now();
    const message: Message = {
      ...{ id, event: `notifier:/acme/shop:o-1:${id}`, type: 'order.shipped', tenant: 'acme', userId: 'user-1' },
      ...{ channel: 'chat', values: { name: 'Anna Canary' }, locale: null, urgent: false },
      ...{ occurredAt: now, receivedAt: now, expiresAt },
    };
    const [entry] = await waiting.put([{ message, entry: id, queue: id, target: 'chat', due: now, now: true }]);
    if (typeof entry !== 'object') assert.fail(`it was ${entry}`);
    await waiting.deadLetter(entry, code);
    return id;
  }

  it('list and show tell what was given up and why, without what belongs to people', async () => {
    const id = await giveUp(Date.now() + HOUR);
    const listed = await service.ops('messages', 'list', ...of);
    assert.equal(listed.code, 0);
    assert.match(listed.out, new RegExp(`${id} +\\d{4}-.*chat +acme +${code}`));
    for (const form of [[], ['--json']]) {
      const { code: exit, out } = await service.ops('messages', 'show', id.slice(0, 8), ...form);
      assert.equal(exit, 0);
      assert.match(out, /order\.shipped/);
      assert.doesNotMatch(out, /Canary/);
    }
    assert.match((await service.ops('messages', 'show', id, '--reveal')).out, /Anna Canary/);
  });

  it('retry has the notifier send a message after all, once, and says which are pointless by now', async () => {
    const [fresh, pointless] = [await giveUp(Date.now() + HOUR), await giveUp(Date.now() - 1)];
    const dry = await service.ops('messages', 'retry', fresh, '--dry-run');
    assert.deepEqual([dry.code, dry.out], [0, '1 message would be sent again.\n']);
    const { code: exit, err, document } = await service.ops('messages', 'retry', fresh, pointless, '--json');
    assert.deepEqual([exit, document.retried, document.left], [1, 1, 1]);
    assert.match(err, new RegExp(`${pointless} is pointless by now`));
    const leased = (await waiting.lease(1_000)).filter(({ id }) => id === fresh);
    assert.deepEqual(
      leased.map(({ tries, messages: [{ values }] }) => [tries, values]),
      [[0, { name: 'Anna Canary' }]],
    );
    const { document: list } = await service.ops('messages', 'list', ...of, '--json');
    const left = list.messages.map(({ id }: { id: string }) => id);
    assert.deepEqual([left.includes(fresh), left.includes(pointless)], [false, true]);
  });

  it('retry needs a selection, and names what does not exist', async () => {
    const all = await service.ops('messages', 'retry');
    assert.equal(all.code, 2);
    assert.match(all.err, /--all/);
    const none = await service.ops('messages', 'show', randomUUID());
    assert.equal(none.code, 1);
    assert.match(none.err, /messages list/);
  });
});
