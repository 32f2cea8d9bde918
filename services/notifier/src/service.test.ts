import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { ConsumerOptions } from '@switchboard/consumer/fixtures';
import { type AnyEvent, eventHeaders, keyOf } from '@switchboard/events';
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
import { createLogger } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { eventually } from '@switchboard/stack/until';
import { agreed, eventOf } from '../fixtures/events.ts';
import { openMailDoor } from '../fixtures/mail-door.ts';
import { bodiesOf, messagesOf, variablesFor } from '../fixtures/office.ts';
import { openPlace, type Place } from '../fixtures/redis.ts';
import { spawnService, startService } from '../fixtures/service.ts';

const stack = testStack();
const connection = { brokers: stack.brokers.split(',') };

let place: Place;
let sandbox: Sandbox;
let codec: Codec;
let publisher: Publisher;
let options: ConsumerOptions;

before(async () => {
  place = await openPlace();
  await registerSchemas(stack.registryUrl);
  sandbox = await startSandbox();
  codec = await createCodec({ registryUrl: stack.registryUrl });
  publisher = await createPublisher({
    ...connection,
    clientId: 'test',
    logger: createLogger('test', 'silent'),
    deadlineMs: 30_000,
  });
});
after(async () => {
  await place.close();
  await publisher.close();
  await sandbox.close();
});
beforeEach(async () => {
  sandbox.reset();
  place.renew();
  options = {
    service: place.name,
    topic: `test.${place.name}`,
    stack,
    variables: { ...variablesFor(sandbox), LEASE_MS: '3000', RATE_PER_HOUR: '1000' },
  };
  await createTopics(connection, { topics: [options.topic], partitions: 6, replication: 1 });
});

const send = (event: AnyEvent): Promise<void> =>
  publisher.publish({
    topic: options.topic,
    key: keyOf(event),
    value: codec.encode(event),
    headers: eventHeaders(event),
  });
const sendAll = (events: readonly AnyEvent[]) => Promise.all(events.map(send));
const people = (count: number): string[] => Array.from({ length: count }, (_, number) => `user-${number}`);
const reached = (): string[] => bodiesOf(sandbox, 'chat').map((body) => body.user_id ?? '');
/** People who want messages on these channels; other events come after these are kept. */
async function prefer(userIds: readonly string[], channels: object = { chat: true }): Promise<void> {
  const wishOf = (userId: string) => agreed(userId, channels, { email: `${userId}@example.com` });
  await sendAll(userIds.map((userId) => eventOf('preference.updated', `p-${userId}`, Date.now(), wishOf(userId))));
  const kept = userIds.map((userId) => `${place.name}:preference:acme:${userId}`);
  await eventually(async () => assert.equal(await place.redis.exists(...kept), kept.length));
}

describe('the service, from Kafka to people', () => {
  it('sends the messages that people opted in to, once for any number of repetitions, and notifies the agents', async () => {
    await using _service = await startService(options);
    await prefer(['jane']);
    for (let repeat = 0; repeat < 10; repeat += 1)
      await send(eventOf('order.shipped', 'e-1', Date.now(), { userId: 'jane' }));
    await send(eventOf('order.shipped', 'e-2', Date.now(), { userId: 'john' }));
    await send(eventOf('conversation.escalated', 'e-3', Date.now()));
    await eventually(() => assert.equal(messagesOf(sandbox, 'slack').length, 1));
    await send(eventOf('order.shipped', 'e-4', Date.now(), { userId: 'jane' }));
    await eventually(() => assert.equal(messagesOf(sandbox, 'chat').length, 2));
    assert.deepEqual(reached(), ['jane', 'jane']);
    assert.match(bodiesOf(sandbox, 'chat')[0]?.message ?? '', /1Z999AA10123456784/);
  });

  it('retries through the retry topics, then writes to the dead-letter topic', async () => {
    await using _service = await startService(options);
    await prefer(['jane']);
    sandbox.fault('chat', { status: 500, count: 2 });
    await send(eventOf('order.shipped', 'e-1', Date.now(), { userId: 'jane' }));
    await eventually(() => assert.equal(messagesOf(sandbox, 'chat').length, 1));
    sandbox.fault('chat', { status: 422, count: 1 });
    await send(eventOf('order.shipped', 'e-2', Date.now(), { userId: 'jane' }));
    await eventually(async () => {
      const dead: string[] = [];
      await readTopics(connection, [`${place.name}.dlq`], ({ headers }) => dead.push(String(headers.ce_id)));
      assert.deepEqual(dead, ['e-2']);
    });
    assert.equal(messagesOf(sandbox, 'chat').length, 1);
  });

  it('killed in the middle of 500 events, it sends each once', async () => {
    const worker = await spawnService(options);
    await prefer(people(500));
    sandbox.fault('chat', { latencyMs: 20 });
    const events = people(500).map((userId) =>
      eventOf('order.shipped', `e-${userId}`, Date.now(), { userId, orderId: userId }),
    );
    const sent = sendAll(events);
    await eventually(() => assert.ok(reached().length > 100));
    await worker.kill();
    await sent;
    await using _service = await startService(options);
    await eventually(() => assert.deepEqual(reached().toSorted(), people(500).toSorted()));
  });

  it('killed while it notifies 500 people of an incident, with a second instance running, it notifies each once', async () => {
    const worker = await spawnService(options);
    await using _service = await startService({
      ...options,
      variables: { ...options.variables, SEND_CONCURRENCY: '2' },
    });
    await prefer(people(500));
    sandbox.fault('chat', { latencyMs: 20 });
    await send(eventOf('incident.opened', 'e-1', Date.now(), { userIds: people(500) }));
    await eventually(() => assert.ok(reached().length > 100));
    await worker.kill();
    await eventually(() => assert.deepEqual(reached().toSorted(), people(500).toSorted()));
    await eventually(async () => assert.equal(await place.redis.zcard(`${place.name}:targets:1`), 0));
  });
});

describe('killed while a mail is on its way to a server that hangs', () => {
  const STAGES = ['order.created', 'order.shipped'] as const;
  const SUBJECTS = ['We have your order #1001', 'Your order #1001 is on its way'];

  // With `mute`, the server has the mail: SMTP cannot tell that, so the same Message-ID comes again.
  for (const state of ['silent', 'mute'] as const) {
    it(`(${state}) it sends each message once, in the order of its key, also one that its event had left`, async (t) => {
      const door = await openMailDoor(sandbox.smtpPort);
      t.after(door.close);
      const { user, password } = credentials.smtp;
      const SMTP_URL = `smtp://${user}:${password}@127.0.0.1:${door.port}`;
      const withLease = (LEASE_MS: string): ConsumerOptions => ({
        ...options,
        variables: { ...options.variables, SMTP_URL, LEASE_MS },
      });
      const worker = await spawnService(withLease('6000'));
      await prefer(['both'], { chat: true, email: true });
      await prefer(['mail'], { email: true });
      door.set(state);
      for (const userId of ['both', 'mail']) {
        for (const type of STAGES) {
          await send(eventOf(type, `${type}-${userId}`, Date.now(), { userId, orderId: userId }));
        }
      }
      await eventually(() => {
        // The first event of `both` has ended, since the second one has run; the first of `mail` has not.
        assert.deepEqual(reached(), ['both', 'both']);
        // Both do, unless a busy machine took longer than an attempt may.
        assert.ok(door.hanging() > 0);
        if (state === 'mute') assert.ok(mails().length >= 2);
      });
      await worker.kill();
      const before = mails();
      assert.deepEqual([...new Set(before.map(({ subject }) => subject))], state === 'mute' ? [SUBJECTS[0]] : []);
      door.set('open');
      // On a busy machine, an answer may take longer than half of the shorter lease, and the mail would come again.
      await using _service = await startService(withLease('20000'));
      await eventually(() => {
        for (const userId of ['both', 'mail']) assert.deepEqual(subjectsOf(userId), SUBJECTS);
      });
      await eventually(async () => assert.equal(await place.redis.zcard(`${place.name}:targets:0`), 0));
      assert.equal(mails().length, before.length + 4, 'only what was not answered comes again');
      assert.deepEqual(reached(), ['both', 'both']);
    });
  }

  const mails = () => bodiesOf(sandbox, 'smtp') as unknown as { to: string[]; subject: string; messageId: string }[];

  /** As a mailbox shows them, which knows a Message-ID. */
  function subjectsOf(userId: string): string[] {
    const own = mails().filter(({ to }) => to.includes(`${userId}@example.com`));
    const first = own.filter(({ messageId }, at) => own.findIndex((mail) => mail.messageId === messageId) === at);
    return first.map(({ subject }) => subject);
  }
});
