import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { ConsumerOptions } from '@switchboard/consumer/fixtures';
import { type AnyEvent, eventHeaders, keyOf } from '@switchboard/events';
import { createCodec, createPublisher, createTopics, type Publisher, readTopics } from '@switchboard/kafka';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';
import { createLogger } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { escalated, lead, NOON, resolved } from '../fixtures/events.ts';
import { type Records, readRecords } from '../fixtures/records.ts';
import { spawnService, startService } from '../fixtures/service.ts';
import { variablesFor } from '../fixtures/variables.ts';

const stack = testStack();
const connection = { brokers: stack.brokers.split(',') };
type Crm = 'hubspot' | 'salesforce';

let publisher: Publisher;
let encode: (event: AnyEvent) => Buffer;
before(async () => {
  const logger = createLogger('test', 'silent');
  publisher = await createPublisher({ ...connection, clientId: 'test', logger, deadlineMs: 30_000 });
  ({ encode } = await createCodec({ registryUrl: stack.registryUrl }));
});
after(() => publisher.close());

let sandbox: Sandbox;
/** Part of all names, since the stack is shared. */
let run: string;
const opened: Records[] = [];
beforeEach(async () => {
  run = randomUUID().slice(0, 8);
  sandbox = await startSandbox();
  await createTopics(connection, { topics: [`test.crm-sync-${run}`], partitions: 3, replication: 1 });
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ close }) => close()));
  await sandbox.close();
});

const optionsFor = (crm: Crm): ConsumerOptions => ({
  service: `crm-sync-${run}`,
  topic: `test.crm-sync-${run}`,
  stack,
  variables: variablesFor(crm, sandbox.url),
});

function recordsOf(crm: Crm): Records {
  const records = readRecords(crm, sandbox.url);
  opened.push(records);
  return records;
}

const emailOf = (number: number): string => `person-${number}-${run}@example.com`;

const publish = (event: AnyEvent): Promise<void> =>
  publisher.publish({
    topic: `test.crm-sync-${run}`,
    key: keyOf(event),
    value: encode(event),
    headers: eventHeaders(event),
  });

describe('crm-sync on Kafka', () => {
  it('carries each event to a contact and a note, once, however often it comes', async () => {
    await using service = await startService(optionsFor('hubspot'));
    const records = recordsOf('hubspot');
    const email = emailOf(1);
    for (let times = 0; times < 10; times += 1) await publish(escalated({ id: '1', email, conversationId: 'a' }));
    await publish(resolved({ id: '2', email, conversationId: 'a', at: NOON + 1 }));
    await publish(lead({ id: '3', email, conversationId: 'b', at: NOON + 2 }));
    await publish(escalated({ id: '4', email: null, conversationId: 'c' }));
    const doneTo = async (text: string): Promise<boolean> => (await service.metrics.metrics()).includes(text);
    await until('all are done', () => doneTo('consumer_records_total{type="conversation.resolved",outcome="done"} 1'));
    await until('the lead is there', async () => (await records.notes()).length === 3);
    await until('the one without an address is done', () =>
      doneTo('consumer_nothing_to_do_total{type="conversation.escalated",reason="no_email"} 1'),
    );
    const contacts = await records.contacts();
    assert.equal(contacts.length, 1);
    // A lead leaves a settled matter settled.
    assert.equal(contacts[0]?.chatbot_resolution_status, 'resolved');
    assert.equal(Date.parse(String(contacts[0]?.last_chatbot_interaction)), NOON + 2);
  });

  it('gets through an outage without a dead letter, and buries what is refused', async () => {
    const options = optionsFor('salesforce');
    await using _service = await startService(options);
    const records = recordsOf('salesforce');
    sandbox.fault('salesforce', { status: 503, path: '/data/' });
    for (let n = 0; n < 30; n += 1) await publish(escalated({ id: `${n}`, email: emailOf(n), conversationId: `${n}` }));
    await until('requests have failed', () => sandbox.effects('salesforce').length > 25);
    sandbox.reset();
    await until('all notes are there', async () => (await records.notes()).length === 30);
    assert.equal((await records.contacts()).length, 30);

    sandbox.fault('salesforce', { status: 422, path: '/Task/', count: 1 });
    await publish(escalated({ id: 'refused', email: emailOf(99), conversationId: 'refused' }));
    const dead: string[] = [];
    await until('it is dead', async () => {
      dead.length = 0;
      await readTopics(connection, [`${options.service}.dlq`], ({ headers }) => {
        dead.push(`${headers['__dlq.errors.code']} ${headers['__dlq.errors.message']}`);
      });
      return dead.length > 0;
    });
    assert.equal(dead.length, 1);
    assert.match(
      dead[0] ?? '',
      /^REJECTED salesforce, PATCH .*\/sobjects\/Task\/Switchboard_Event__c\/\* was answered 422/,
    );
  });

  const points = {
    hubspot: { 'between contact and note': 'contacts/batch/upsert', 'between note and mark': '/objects/notes' },
    salesforce: { 'between contact and note': '/Contact/', 'between note and mark': '/Task/' },
  };
  for (const crm of ['hubspot', 'salesforce'] as const) {
    for (const [point, path] of Object.entries(points[crm])) {
      it(`leaves one contact and one note in ${crm} when it is killed ${point}`, async () => {
        const options = optionsFor(crm);
        const records = recordsOf(crm);
        // The effect is there at once; its answer, which the process waits for, is not.
        sandbox.fault(crm, { latencyMs: 5_000, path, count: 2 });
        const worker = await spawnService(options);
        await publish(escalated({ id: '1', email: emailOf(1) }));
        const made = (): number =>
          sandbox.effects(crm).filter((effect) => effect.kind === 'effect' && effect.path.includes(path)).length;
        await until('the effect is there', () => made() === 1);
        await worker.kill();
        assert.equal((await records.contacts()).length, 1);
        assert.equal((await records.notes()).length, point === 'between contact and note' ? 0 : 1);
        sandbox.fault(crm, { status: 503, path: 'never' });

        await using _service = await startService(options);
        await publish(resolved({ id: '2', email: emailOf(1), at: NOON + 1 }));
        await until('the later event is done', async () => (await records.notes()).length === 2);
        const contacts = await records.contacts();
        assert.equal(contacts.length, 1);
        assert.equal(contacts[0]?.chatbot_resolution_status, 'resolved');
      });
    }
  }

  it('leaves one contact and one note of each of 100 events when it is killed twice on the way', async () => {
    const options = optionsFor('hubspot');
    const records = recordsOf('hubspot');
    sandbox.fault('hubspot', { latencyMs: 20 });
    await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        publish(escalated({ id: `${n}`, email: emailOf(n), conversationId: `conv-${n}` })),
      ),
    );
    for (const notes of [20, 60]) {
      const worker = await spawnService(options);
      await until(`${notes} notes are there`, async () => (await records.notes()).length >= notes);
      await worker.kill();
    }
    await using _service = await startService(options);
    await until('all notes are there', async () => (await records.notes()).length >= 100);
    assert.equal((await records.contacts()).length, 100);
    const keys = (await records.notes()).map((text) => /[0-9a-f]{64}/.exec(text)?.[0]);
    assert.equal(keys.length, 100);
    assert.equal(new Set(keys).size, 100);
  });
});
