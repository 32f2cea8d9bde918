import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConsumerOptions } from '@switchboard/consumer/fixtures';
import { type AnyEvent, type EventType, eventHeaders, keyOf } from '@switchboard/events';
import {
  type Codec,
  createCodec,
  createPublisher,
  createTopics,
  type Publisher,
  readTopics,
  registerSchemas,
} from '@switchboard/kafka';
import { credentials, type Sandbox, startSandbox } from '@switchboard/sandbox';
import { createLogger, environment } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { eventually } from '@switchboard/stack/until';
import { agreed, eventOf } from '../fixtures/events.ts';
import { type MailDoor, openMailDoor } from '../fixtures/mail-door.ts';
import { messagesOf, variablesFor } from '../fixtures/office.ts';
import { openPlace, type Place } from '../fixtures/redis.ts';
import { spawnService } from '../fixtures/service.ts';

const isFull = environment.TEST_SIZE === 'full';
/** The run without the outage, and each half of the outage. */
const CALM_MS = isFull ? 5 * 60_000 : 6_000;
const HALF_MS = isFull ? 15 * 60_000 : 6_000;
const ROUNDS_PER_SECOND = isFull ? 1 : 5;
/**
 * Added to what p99 may be. In the small size, other tests share the machine; channel-outage.test.ts shows there that
 * nothing waits for a mail server that hangs.
 */
const NOISE_MS = isFull ? 50 : 4_000;
const LEASE_MS = 10_000;
const WITHIN_MS = isFull ? 10 * 60_000 : 120_000;

const stack = testStack();
const connection = { brokers: stack.brokers.split(',') };

let place: Place;
let sandbox: Sandbox;
let door: MailDoor;
let codec: Codec;
let publisher: Publisher;
let options: ConsumerOptions;

before(async () => {
  place = await openPlace();
  await registerSchemas(stack.registryUrl);
  // It keeps all that the test asks for.
  sandbox = await startSandbox({ effects: 200_000 });
  door = await openMailDoor(sandbox.smtpPort);
  codec = await createCodec({ registryUrl: stack.registryUrl });
  const logger = createLogger('test', 'silent');
  publisher = await createPublisher({ ...connection, clientId: 'test', logger, deadlineMs: 30_000 });
  const { user, password } = credentials.smtp;
  const SMTP_URL = `smtp://${user}:${password}@127.0.0.1:${door.port}`;
  const variables = { ...variablesFor(sandbox), SMTP_URL, LEASE_MS: String(LEASE_MS), RATE_PER_HOUR: '1000000' };
  options = { service: place.name, topic: `test.${place.name}`, stack, variables };
  await createTopics(connection, { topics: [options.topic], partitions: 6, replication: 1 });
});
after(async () => {
  await place.close();
  await publisher.close();
  await door.close();
  await sandbox.close();
});

const send = (event: AnyEvent): Promise<void> =>
  publisher.publish({
    topic: options.topic,
    key: keyOf(event),
    value: codec.encode(event),
    headers: eventHeaders(event),
  });

/** People by the channels that they have agreed to. */
const PEOPLE = {
  chat: { chat: true },
  slack: { slack: true },
  mail: { email: true },
  both: { chat: true, email: true },
} as const;
type Person = keyof typeof PEOPLE;

async function prefer(): Promise<void> {
  for (const [userId, channels] of Object.entries(PEOPLE)) {
    const addresses = { email: `${userId}@example.com`, slackUserId: 'U0SLACK00' };
    await send(eventOf('preference.updated', `p-${userId}`, Date.now(), agreed(userId, channels, addresses)));
  }
  const keys = Object.keys(PEOPLE).map((userId) => `${place.name}:preference:acme:${userId}`);
  await eventually(async () => assert.equal(await place.redis.exists(...keys), keys.length));
}

/** Who orders in each round: most orders need no mail. */
const ROUND: readonly Person[] = ['mail', 'both', 'chat', 'chat', 'chat', 'slack', 'slack', 'slack'];
const STAGES: readonly EventType[] = ['order.created', 'order.shipped'];

/** An order of a person, which is a key with an event and a message a stage. */
interface Order {
  readonly id: string;
  readonly person: Person;
  readonly sentAt: number;
}

/** Sends orders, each created and shipped, for this time. */
async function order(name: string, forMs: number): Promise<Order[]> {
  const orders: Order[] = [];
  const published: Promise<void>[] = [];
  for (const startedAt = Date.now(); Date.now() - startedAt < forMs; await sleep(1_000 / ROUNDS_PER_SECOND)) {
    for (const person of ROUND) {
      const id = `${name}-${orders.length}`;
      orders.push({ id, person, sentAt: Date.now() });
      for (const [stage, type] of STAGES.entries()) {
        const fields = { userId: person, orderId: id, orderNumber: `${id}-${stage}` };
        published.push(send(eventOf(type, `${id}-${stage}`, Date.now(), fields)));
      }
    }
  }
  await Promise.all(published);
  return orders;
}

type System = 'chat' | 'slack' | 'smtp';
interface Heard {
  readonly order: string;
  /** The order and the stage. */
  readonly about: string;
  readonly at: number;
}
const ABOUT = /\b([a-z]+-\d+)-\d\b/;

/** A mail whose answer was lost comes again with its Message-ID, which mailboxes show once. */
function heardOf(system: System): Heard[] {
  const ids = new Set<string>();
  return messagesOf(sandbox, system).flatMap(({ body, at }) => {
    const { message, text, subject, messageId } = body as Record<string, string | undefined>;
    if (system === 'smtp' && messageId !== undefined && ids.has(messageId)) return [];
    ids.add(messageId ?? '');
    const [about = '', id = ''] = ABOUT.exec(subject ?? message ?? text ?? '') ?? [];
    return [{ order: id, about, at: Date.parse(at) }];
  });
}

const SYSTEMS: Record<Person, readonly System[]> = {
  chat: ['chat'],
  slack: ['slack'],
  mail: ['smtp'],
  both: ['chat', 'smtp'],
};
const onesFor = (orders: readonly Order[], system: System): Order[] =>
  orders.filter(({ person }) => SYSTEMS[person].includes(system));
const aboutsOf = (orders: readonly Order[]): string[] =>
  orders.flatMap(({ id }) => STAGES.map((_, stage) => `${id}-${stage}`));

/** Resolves when all messages of the orders have come from these systems. */
async function untilCame(orders: readonly Order[], systems: readonly System[]): Promise<void> {
  for (const system of systems) {
    const expected = aboutsOf(onesFor(orders, system));
    await eventually(() => {
      const heard = new Set(heardOf(system).map(({ about }) => about));
      const missing = expected.filter((about) => !heard.has(about));
      assert.deepEqual(missing, [], `missing in ${system}`);
    }, WITHIN_MS);
  }
}

/** No message waits or is being sent. */
const untilNothingWaits = (): Promise<void> =>
  eventually(async () => assert.equal(await place.redis.zcard(`${place.name}:targets:0`), 0), WITHIN_MS);

/** The p99 of the chat and Slack messages of these orders when all have come, also of people who get mails besides. */
async function p99Of(orders: readonly Order[]): Promise<number> {
  await untilCame(orders, ['chat', 'slack']);
  const sentAt = new Map(orders.map(({ id, sentAt }) => [id, sentAt]));
  const latencies = [...heardOf('chat'), ...heardOf('slack')]
    .map(({ order, at }) => at - (sentAt.get(order) ?? Number.NaN))
    .filter((latency) => !Number.isNaN(latency))
    .sort((one, other) => one - other);
  return latencies[Math.ceil(latencies.length * 0.99) - 1] ?? 0;
}

/** Each message of the orders came once, those of an order in the order of its events. */
function assertOnceInOrder(system: System, orders: readonly Order[]): void {
  const came = Map.groupBy(heardOf(system), ({ order }) => order);
  const wanted = onesFor(orders, system);
  assert.deepEqual([...came.keys()].sort(), wanted.map(({ id }) => id).sort(), system);
  for (const one of wanted) {
    assert.deepEqual(
      came.get(one.id)?.map(({ about }) => about),
      aboutsOf([one]),
      system,
    );
  }
}

async function deadLetters(): Promise<string[]> {
  const dead = await place.redis.lrange(`${place.name}:dead`, 0, -1);
  await readTopics(connection, [`${place.name}.dlq`], ({ headers }) => {
    dead.push(String(headers.ce_id));
  });
  return dead;
}

describe('a mail server that hangs, then refuses connections', () => {
  it('leaves chat and Slack alone; after it, and kill -9 in the middle, all mails come once, in order', async (t) => {
    let worker = await spawnService(options);
    await prefer();
    const warm = await order('warm', 2_000);
    await untilCame(warm, ['chat', 'slack', 'smtp']);
    const calm = await order('calm', CALM_MS);
    const usual = await p99Of(calm);
    await untilCame(calm, ['smtp']);
    await untilNothingWaits();

    door.set('silent');
    const hung = await order('hung', HALF_MS);
    const hanging = await p99Of(hung);
    const killed = order('killed', 2_000);
    await eventually(() => assert.ok(heardOf('chat').some(({ order }) => order.startsWith('killed'))));
    await worker.kill();
    door.set('refused');
    worker = await spawnService(options);
    const between = await killed;
    await untilCame(between, ['chat', 'slack']);
    const refused = await order('refused', HALF_MS);
    const refusing = await p99Of(refused);

    for (const [state, p99] of Object.entries({ hanging, refusing })) {
      t.diagnostic(`p99 ${p99} ms with a mail server ${state}, ${usual} ms without: ${(p99 / usual).toFixed(2)} times`);
      assert.ok(p99 <= 1.2 * usual + NOISE_MS, `${state}: p99 ${p99} ms, ${usual} ms without the outage`);
    }
    assert.equal(heardOf('smtp').length, 2 * onesFor([...warm, ...calm], 'smtp').length);

    door.set('open');
    const all = [...warm, ...calm, ...hung, ...between, ...refused];
    await untilCame(all, ['smtp']);
    await untilNothingWaits();
    for (const system of ['smtp', 'chat', 'slack'] as const) assertOnceInOrder(system, all);
    assert.deepEqual(await deadLetters(), []);
    await worker.kill();
  });
});
