import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { openPlace, type Place } from '../../fixtures/redis.ts';
import { createWaitingMessages, type Entry, type Message, type Put, type WaitingMessages } from './waiting-messages.ts';

const LEASE_MS = 60_000;
const HOUR = 3_600_000;
const CONTENT = { title: 'title', text: 'text', of: ['m-1'] };

let place: Place;
let clock = 0;
let one: WaitingMessages;
let other: WaitingMessages;

before(async () => {
  place = await openPlace();
});
after(() => place.close());
beforeEach(() => {
  place.renew();
  clock = 1_768_471_200_000;
  openBoth();
});

function openBoth(): void {
  const open = () =>
    createWaitingMessages({ redis: place.redis, service: place.name, now: () => clock, leaseMs: LEASE_MS });
  [one, other] = [open(), open()];
}

const messageOf = (id: string, change: Partial<Message> = {}): Message => ({
  id,
  event: `notifier:acme:test:${id}`,
  type: 'order.shipped',
  tenant: 'acme',
  userId: 'user-1',
  channel: 'chat',
  values: {},
  locale: null,
  urgent: false,
  occurredAt: clock,
  receivedAt: clock,
  expiresAt: clock + HOUR,
  ...change,
});
const put = (id: string, change: Partial<Put> = {}, message: Partial<Message> = {}): Put => ({
  message: messageOf(id, message),
  entry: id,
  queue: id,
  target: 'chat',
  due: clock,
  now: false,
  ...change,
});
const idsOf = (entries: readonly Entry[]): string[] => entries.map(({ id }) => id);

/** The lease that putting a message returned. */
async function leased(messages: WaitingMessages, message: Put): Promise<Entry> {
  const [reply] = await messages.put([message]);
  if (typeof reply !== 'object') assert.fail(`it was ${reply}`);
  return reply;
}

describe('a message that waits', () => {
  it('is leased when it is due, by one instance', async () => {
    await one.put([put('a', { due: clock + 1_000 })]);
    assert.deepEqual(await one.lease(10), []);
    clock += 1_000;
    const leases = await Promise.all([one.lease(10), other.lease(10), one.lease(10)]);
    assert.deepEqual(idsOf(leases.flat()), ['a']);
    assert.deepEqual(leases.flat()[0]?.messages, [
      messageOf('a', { occurredAt: clock - 1_000, receivedAt: clock - 1_000, expiresAt: clock - 1_000 + HOUR }),
    ]);
  });

  it('is put once, while it waits, while it is sent, and after', async () => {
    assert.deepEqual(await one.put([put('a'), put('a')]), ['waits', 'known']);
    const [entry] = await one.lease(10);
    assert.deepEqual(await other.put([put('a')]), ['known']);
    await one.finish(entry as Entry, 'works');
    assert.deepEqual(await other.put([put('a', { now: true })]), ['known']);
    assert.deepEqual(await one.lease(10), []);
  });

  it('is leased by another instance when the first died, which then can change nothing', async () => {
    await one.put([put('a')]);
    const [lost] = await one.lease(10);
    clock += LEASE_MS - 1;
    assert.deepEqual(await other.lease(10), []);
    clock += 1;
    const [entry] = await other.lease(10);
    assert.equal(entry?.tries, 1);
    await one.finish(lost as Entry, 'works');
    await one.release(lost as Entry);
    await one.postpone(lost as Entry, clock + HOUR, { spent: true });
    assert.equal(await one.begin(lost as Entry, CONTENT), 'lost');
    assert.equal(await other.begin(entry as Entry, CONTENT), 'go');
  });

  it('keeps the content of its latest attempt, and knows that there was one', async () => {
    const entry = await leased(one, put('a', { now: true }));
    assert.equal(entry.again, false);
    await one.begin(entry, CONTENT);
    clock += LEASE_MS;
    const [repeat] = await other.lease(1);
    assert.equal(repeat?.again, true);
    assert.deepEqual(repeat?.content, CONTENT);
    const changed = { title: 'new', text: 'new', of: ['m-2'] };
    assert.equal(await other.begin(repeat as Entry, changed), 'go');
    clock += LEASE_MS;
    assert.deepEqual((await one.lease(1))[0]?.content, changed);
  });

  it('may be put again after a release, and may have been sent', async () => {
    await one.release(await leased(one, put('a', { now: true })));
    assert.deepEqual(await one.lease(10), []);
    const entry = await leased(other, put('a', { now: true }));
    assert.equal(entry.again, true);
  });

  it('comes back later, with or without having spent a try', async () => {
    await one.put([put('a')]);
    for (const [spent, tries] of [
      [false, 0],
      [true, 0],
      [true, 1],
    ] as const) {
      const [entry] = await one.lease(1);
      assert.equal(entry?.tries, tries);
      await one.postpone(entry as Entry, clock + 1_000, { spent });
      assert.deepEqual(await one.lease(1), []);
      clock += 1_000;
    }
  });

  it('is in the list of dead messages after a dead letter, with ids only', async () => {
    const entry = await leased(one, put('a', { now: true }, { values: { secret: 'canary' } }));
    await one.deadLetter(entry, 'REFUSED');
    assert.deepEqual(await one.lease(10), []);
    const [dead = ''] = await place.redis.lrange(`${place.name}:dead`, 0, -1);
    assert.deepEqual(JSON.parse(dead), {
      id: 'a',
      tenant: 'acme',
      channel: 'chat',
      events: ['notifier:acme:test:a'],
      code: 'REFUSED',
      at: new Date(clock).toISOString(),
    });
    assert.deepEqual(await one.count(), { waiting: 0, overdueMs: 0, dead: 1, unavailable: 0 });
  });

  it('leaves only its mark in Redis', async () => {
    await one.put([put('a'), put('b', { queue: 'l' }), put('c', { queue: 'l' })]);
    for (let round = 0; round < 2; round += 1)
      for (const entry of await one.lease(10)) await one.finish(entry, 'works');
    assert.deepEqual(await place.keys(), [`${place.name}:known:a`, `${place.name}:known:b`, `${place.name}:known:c`]);
  });
});

describe('order', () => {
  it('is that of the events within a key queue, regardless of due times', async () => {
    await one.put([put('a', { queue: 'l', due: clock + 10 }), put('b', { queue: 'l' }), put('c')]);
    assert.deepEqual(idsOf(await one.lease(10)), ['c']);
    assert.deepEqual(await other.put([put('d', { queue: 'l', now: true })]), ['waits']);
    clock += 10;
    const seen: string[] = [];
    for (let entries = await one.lease(10); entries.length > 0; entries = await one.lease(10)) {
      assert.equal(entries.length, 1);
      seen.push(...idsOf(entries));
      await one.finish(entries[0] as Entry, 'works');
    }
    assert.deepEqual(seen, ['a', 'b', 'd']);
  });

  it('puts urgent messages first', async () => {
    const calm = Array.from({ length: 20 }, (_, index) => put(`calm-${index}`, { due: clock - HOUR }));
    await one.put([...calm, put('urgent', {}, { urgent: true })]);
    assert.deepEqual(idsOf(await one.lease(4)), ['urgent', 'calm-0']);
  });

  it('holds for every history of puts, leases, deaths and releases: each entry ends once, in the order of its key queue', async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('put' as const),
        queue: fc.nat(2),
        delay: fc.nat(3),
        urgent: fc.boolean(),
        now: fc.boolean(),
      }),
      fc.record({ kind: fc.constantFrom('finish', 'postpone', 'die', 'release'), pick: fc.nat(5) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, LEASE_MS) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (history) => {
        place.renew();
        openBoth();
        const held: Entry[] = [];
        const ended: string[] = [];
        const wanted: string[] = [];
        let number = 0;
        for (const action of history) {
          if (action.kind === 'put') {
            const { urgent } = action;
            number += 1;
            const id = `${action.queue}-${urgent}-${String(number).padStart(3, '0')}`;
            wanted.push(id);
            const queue = `${action.queue}-${urgent}`;
            const [reply] = await one.put([put(id, { queue, due: clock + action.delay, now: action.now }, { urgent })]);
            if (typeof reply === 'object') held.push(reply);
          } else if (action.kind === 'wait') clock += action.ms;
          else {
            held.push(...(await other.lease(2)));
            const [entry] = held.splice(action.pick % Math.max(held.length, 1), 1);
            if (entry === undefined || action.kind === 'die') continue;
            if ((await one.begin(entry, CONTENT)) === 'lost') continue;
            if (action.kind === 'finish') {
              ended.push(entry.id);
              await one.finish(entry, 'works');
            } else if (action.kind === 'postpone') await one.postpone(entry, clock + 1, { spent: true });
            else {
              // Its event is run again, and puts it at the end.
              await one.release(entry);
              wanted.splice(wanted.indexOf(entry.id), 1);
            }
          }
        }
        for (let rounds = 0; ended.length < wanted.length && rounds < 100; rounds += 1) {
          clock += LEASE_MS;
          for (const entry of await one.lease(100)) {
            ended.push(entry.id);
            await one.finish(entry, 'works');
          }
        }
        assert.deepEqual([...ended].sort(), [...wanted].sort());
        for (const queue of new Set(wanted.map((id) => id.slice(0, -4)))) {
          const ofQueue = (ids: string[]) => ids.filter((id) => id.slice(0, -4) === queue);
          assert.deepEqual(ofQueue(ended), ofQueue(wanted));
        }
        const left = wanted.flatMap((id) => [`entry:${id}`, `lane:${id.slice(0, -4)}`]);
        assert.equal(
          await place.redis.exists(
            `${place.name}:due:0:chat`,
            `${place.name}:targets:0`,
            ...left.map((key) => `${place.name}:${key}`),
          ),
          0,
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('a digest', () => {
  const gather = (id: string, due: number): Put =>
    put(id, { entry: 'digest-1', queue: 'digest-1', due }, { occurredAt: clock });

  it('gathers messages into one, oldest first', async () => {
    await one.put([gather('a', clock + 10)]);
    clock += 5;
    await other.put([gather('b', clock + 5), gather('a', clock + 5)]);
    clock += 5;
    const [entry, ...others] = await one.lease(10);
    assert.deepEqual(others, []);
    assert.deepEqual(
      entry?.messages.map(({ id }) => id),
      ['a', 'b'],
    );
  });

  it('accepts no message once it is being sent, or was sent', async () => {
    await one.put([gather('a', clock)]);
    const [entry] = await one.lease(10);
    assert.deepEqual(await other.put([gather('b', clock)]), ['closed']);
    await one.finish(entry as Entry, 'works');
    assert.deepEqual(await other.put([gather('b', clock), gather('a', clock)]), ['closed', 'known']);
  });
});

describe('the rate of a person', () => {
  const rate = { person: 'acme:user-1', limit: 2 };

  it('is bounded per hour; the reply says when the next message may go', async () => {
    const entries = await Promise.all(['a', 'b', 'c'].map((id) => leased(one, put(id, { now: true }))));
    const [first, second, third] = entries as [Entry, Entry, Entry];
    const startedAt = clock;
    for (const entry of [first, first, second]) {
      assert.equal(await one.begin(entry, CONTENT, rate), 'go');
      clock += 1_000;
    }
    assert.deepEqual(await one.begin(third, CONTENT, rate), { until: startedAt + HOUR });
    assert.equal(await one.begin(third, CONTENT, { ...rate, person: 'acme:user-2' }), 'go');
    clock = startedAt + HOUR;
    assert.equal(await one.begin(third, CONTENT, rate), 'go');
  });
});

describe('a target that is unavailable', () => {
  const mail = (id: string, change: Partial<Put> = {}): Put =>
    put(id, { target: 'smtp', ...change }, { channel: 'email' });
  const number = (count: number): string[] => Array.from({ length: count }, (_, index) => `m-${index}`);

  /** The first of these mails found the server down. */
  async function withOutage(count: number): Promise<void> {
    await one.put(number(count).map((id) => mail(id)));
    const [entry] = await one.lease(1);
    await one.postpone(entry as Entry, clock, { spent: false, restUntil: clock + 1_000 });
  }

  it('gets one message a second from all instances, while the others go on', async () => {
    await withOutage(20);
    await other.put([put('chat-1'), put('chat-2')]);
    assert.deepEqual(idsOf([...(await one.lease(8)), ...(await other.lease(8))]), ['chat-1', 'chat-2']);
    for (let second = 0; second < 3; second += 1) {
      clock += 1_000;
      const probes = [...(await one.lease(8)), ...(await other.lease(8))];
      assert.equal(probes.length, 1);
      assert.equal(probes[0]?.tries, 0);
      await one.postpone(probes[0] as Entry, clock, { spent: false, restUntil: clock + 1_000 });
    }
    assert.deepEqual(await one.count(), { waiting: 22, overdueMs: 3_000, dead: 0, unavailable: 1 });
  });

  for (const [end, works] of [
    ['finish', (entry: Entry) => one.finish(entry, 'works')],
    ['deadLetter', (entry: Entry) => one.deadLetter(entry, 'REFUSED')],
    ['postpone', (entry: Entry) => one.postpone(entry, clock + HOUR, { spent: true, proof: 'works' })],
  ] as const) {
    it(`gets all of its messages once it answers: ${end}`, async () => {
      await withOutage(5);
      clock += 1_000;
      const [probe] = await one.lease(20);
      await works(probe as Entry);
      assert.equal((await other.lease(20)).length, 4);
      assert.equal((await one.count()).unavailable, 0);
    });
  }

  it('gets the next message at once if its probe was not sent', async () => {
    await withOutage(3);
    clock += 1_000;
    for (let round = 0; round < 3; round += 1) {
      const [probe, ...others] = await one.lease(8);
      assert.deepEqual(others, []);
      await one.finish(probe as Entry, 'unused');
    }
    assert.deepEqual(await one.count(), { waiting: 0, overdueMs: 0, dead: 0, unavailable: 0 });
  });

  it('takes no more messages than are kept, and all when it is back', async () => {
    const small = createWaitingMessages({
      ...{ redis: place.redis, service: place.name, now: () => clock, leaseMs: LEASE_MS, mostForTarget: 3 },
    });
    await withOutage(2);
    assert.deepEqual(await small.put([mail('a'), mail('b'), put('c')]), ['waits', 'full', 'waits']);
    clock += 1_000;
    const [probe] = (await one.lease(8)).filter(({ target }) => target === 'smtp');
    await one.finish(probe as Entry, 'works');
    assert.deepEqual(await small.put([mail('a'), mail('b')]), ['known', 'waits']);
  });

  it('never has all places: each target gets one more only while it has fewer than are free', async () => {
    await one.put([...number(50).map((id) => mail(id)), ...number(50).map((id) => put(`chat-${id}`))]);
    const held = new Map<string, number>();
    const free = (): number => 16 - [...held.values()].reduce((sum, count) => sum + count, 0);
    for (let round = 0; round < 20; round += 1) {
      for (const { target } of await one.lease(free(), held)) held.set(target, (held.get(target) ?? 0) + 1);
    }
    assert.deepEqual(Object.fromEntries(held), { chat: 8, smtp: 4 });
    await one.put([put('slack', { target: 'slack' })]);
    assert.deepEqual(idsOf(await one.lease(free(), held)), ['slack']);
  });

  it('is left by messages that have another one now', async () => {
    await withOutage(1);
    clock += 1_000;
    const [entry] = await one.lease(1);
    await one.postpone(entry as Entry, clock, { spent: false, target: 'acme/smtp' });
    const [moved] = await one.lease(1);
    assert.deepEqual([moved?.id, moved?.target, moved?.tries], ['m-0', 'acme/smtp', 0]);
  });
});

it('messages of an earlier version, which knew no targets, are sent', async () => {
  await one.put([put('a', { queue: 'l' }), put('b', { queue: 'l' })]);
  await place.redis.hdel(`${place.name}:entry:a`, 'target');
  await place.redis.hdel(`${place.name}:entry:b`, 'target');
  await place.redis.del(`${place.name}:due:0:chat`, `${place.name}:targets:0`);
  await place.redis.zadd(`${place.name}:due:0`, clock, 'a', clock, 'gone');
  for (const id of ['a', 'b']) {
    const [entry, ...others] = await one.lease(10);
    assert.deepEqual([entry?.id, entry?.target, others], [id, 'chat', []]);
    await one.finish(entry as Entry, 'works');
  }
  assert.equal(await place.redis.exists(`${place.name}:due:0`), 0);
});
