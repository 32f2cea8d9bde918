import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { ConsumerOptions } from '@switchboard/consumer/fixtures';
import { type AnyEvent, eventHeaders, keyOf } from '@switchboard/events';
import { createCodec, createPublisher, createTopics, type Publisher, readTopics } from '@switchboard/kafka';
import { type Effect, type Sandbox, startSandbox } from '@switchboard/sandbox';
import { createLogger } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { escalation, resolution } from '../fixtures/escalation.ts';
import { spawnService, startService } from '../fixtures/service.ts';
import { type HelpdeskName, systemOf, variablesFor } from '../fixtures/variables.ts';

const stack = testStack();
const connection = { brokers: stack.brokers.split(',') };
const MADE = {
  zendesk: 'POST /api/v2/tickets.json',
  freshdesk: 'POST /api/v2/tickets',
  jira: 'POST /rest/api/3/issue',
  http: 'POST /tickets',
};

let publisher: Publisher;
let encode: (event: AnyEvent) => Buffer;
before(async () => {
  publisher = await createPublisher({
    ...connection,
    clientId: 'test',
    logger: createLogger('test', 'silent'),
    deadlineMs: 30_000,
  });
  ({ encode } = await createCodec({ registryUrl: stack.registryUrl }));
});
after(() => publisher.close());

let sandbox: Sandbox;
let topic: string;
beforeEach(async () => {
  topic = `test.ticketing-${randomUUID().slice(0, 8)}`;
  sandbox = await startSandbox();
  await createTopics(connection, { topics: [topic], partitions: 3, replication: 1 });
});

afterEach(() => sandbox.close());

function optionsFor(name: HelpdeskName, variables: Record<string, string> = {}): ConsumerOptions {
  const service = `ticketing-${topic.slice(-8)}`;
  return { service, topic, stack, variables: { ...variablesFor(name, sandbox.url), ...variables } };
}

/** A conversation of its own, since Redis is shared. */
const conversationId = (): string => `conv-${topic.slice(-8)}`;

const publish = (event: AnyEvent): Promise<void> =>
  publisher.publish({ topic, key: keyOf(event), value: encode(event), headers: eventHeaders(event) });

const effects = (name: HelpdeskName): Effect[] =>
  sandbox.effects(systemOf(name)).filter(({ kind }) => kind === 'effect');
const made = (name: HelpdeskName): Effect[] =>
  effects(name).filter(({ method, path }) => `${method} ${path}` === MADE[name]);

async function deadLetters(service: string): Promise<number> {
  let count = 0;
  await readTopics(connection, [`${service}.dlq`], () => {
    count += 1;
  });
  return count;
}

describe('ticketing on Kafka', () => {
  it('carries an escalation to a ticket, and its resolution to a note there', async () => {
    await using _service = await startService(optionsFor('zendesk'));
    const event = escalation('evt-é😀', { conversationId: conversationId() });
    for (let times = 0; times < 10; times += 1) await publish(event);
    await publish(resolution('evt-2', { conversationId: conversationId() }));
    await until('the note is there', () => effects('zendesk').length >= 2);

    assert.equal(made('zendesk').length, 1);
    const [create, update] = effects('zendesk').map(({ body }) => (body as { ticket: Record<string, unknown> }).ticket);
    const { comment, ...ticket } = create as { comment: { html_body: string; public: boolean } };
    assert.match(String((ticket as Record<string, unknown>).external_id), /^switchboard-[0-9a-f]{24}$/);
    assert.deepEqual(
      { ...ticket, external_id: undefined },
      {
        subject: '[Chatbot Escalation] refund',
        requester: { name: 'Jane Doe', email: 'jane.doe@example.com' },
        priority: 'high',
        tags: ['chatbot-escalation', 'refund'],
        custom_fields: [
          { id: 1001, value: conversationId() },
          { id: 1002, value: 'customer_frustrated' },
          { id: 1003, value: 0.15 },
          { id: 1004, value: 312 },
        ],
        external_id: undefined,
      },
    );
    assert.equal(comment.public, false);
    assert.match(comment.html_body, /<b>Summary<\/b>: The kettle arrived broken/);
    assert.match(
      comment.html_body,
      /<b>Customer<\/b> · 2026-01-15 10:24:48<br>My second kettle is broken .*<b>AI Agent<\/b> · 2026-01-15 10:24:50<br>I am sorry/,
    );
    assert.match(JSON.stringify(update), /The conversation was resolved<\/b>: refund_issued/);
  });

  it('is done with the end of a conversation that has no ticket', async () => {
    const options = optionsFor('freshdesk');
    await using _service = await startService(options);
    await publish(resolution('evt-1', { conversationId: conversationId() }));
    await publish(escalation('evt-2', { conversationId: conversationId() }));
    await until('the later event is done', () => made('freshdesk').length === 1);
    assert.equal(effects('freshdesk').length, 1);
    assert.equal(await deadLetters(options.service), 0);
  });

  it('buries what the helpdesk refuses, and makes no ticket of it', async () => {
    const options = optionsFor('jira');
    await using _service = await startService(options);
    sandbox.fault('jira', { status: 422, method: 'POST', path: '/issue', count: 1 });
    await publish(escalation('evt-1', { conversationId: conversationId() }));
    await until('it is dead', async () => (await deadLetters(options.service)) === 1);
    assert.equal(made('jira').length, 0);
  });

  for (const status of [403, 404]) {
    it(`waits for a helpdesk that answers ${status} to everything, at the cost of nine dead letters, and resumes when it is back`, async () => {
      const options = optionsFor('zendesk');
      await using service = await startService(options);
      sandbox.fault('zendesk', { status });
      const paused = async (): Promise<boolean> =>
        /consumer_paused\{reason="outside"\} 1/.test(await service.metrics.metrics());
      for (let n = 1; n <= 40; n += 1)
        await publish(escalation(`evt-${n}`, { conversationId: `${conversationId()}-${n}` }));
      await until('it is paused', paused);
      const pausedAt = Date.now();
      await until('it has probed a few times', () => Date.now() - pausedAt > 4_000);
      await until('its dead letters are written', async () => (await deadLetters(options.service)) >= 9);
      assert.equal(await deadLetters(options.service), 9);
      assert.ok(await paused());
      sandbox.reset();
      await until('the others have their tickets', () => made('zendesk').length === 31);
      assert.equal(await deadLetters(options.service), 9);
    });
  }

  it('waits for a lagging search rather than making a second ticket after a lost answer', async () => {
    const options = optionsFor('jira', { LOOKUP_LAG_MS: '15000' });
    await using _service = await startService(options);
    sandbox.fault('jira', { indexLagMs: 3_000 });
    sandbox.fault('jira', { dropResponse: true, method: 'POST', path: '/issue', count: 1 });
    await publish(escalation('evt-1', { conversationId: conversationId() }));
    await publish(resolution('evt-2', { conversationId: conversationId() }));
    await until('the later event is done', () => effects('jira').length >= 2);
    assert.equal(made('jira').length, 1);
    assert.match(effects('jira')[1]?.path ?? '', /comment$/);
    assert.equal(await deadLetters(options.service), 0);
  });

  for (const name of ['zendesk', 'freshdesk', 'jira'] as const) {
    it(`makes one ticket in ${name} when the process is killed in the middle of the create`, async () => {
      const options = optionsFor(name, { LOOKUP_LAG_MS: '20000' });
      if (name === 'jira') sandbox.fault('jira', { indexLagMs: 4_000 });
      sandbox.fault(name, { latencyMs: 300_000, method: 'POST', path: MADE[name].slice(5), count: 1 });
      const worker = await spawnService(options);
      await publish(escalation('evt-1', { conversationId: conversationId() }));
      await until('the ticket is made, and its answer awaited', () => made(name).length === 1);
      await worker.kill();
      await using _service = await startService(options);
      await publish(resolution('evt-2', { conversationId: conversationId() }));
      await until('the later event is done', () => effects(name).length >= 2);
      assert.equal(made(name).length, 1);
      assert.equal(effects(name).length, 2);
    });
  }
});
