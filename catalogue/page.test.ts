import assert from 'node:assert/strict';
import { it } from 'node:test';
import { catalogue, eventTypes } from '@switchboard/events';
import { type EventEntry, eventEntries } from './event-entries.ts';
import { page } from './page.ts';

const entries = eventEntries();

const entryOf = (type: string): EventEntry => {
  const entry = entries.find((one) => one.type === type);
  assert.ok(entry, type);
  return entry;
};

it('describes every event type, with what a sender and a consumer need', () => {
  assert.deepEqual(
    entries.map(({ type }) => type),
    eventTypes,
  );
  const { topic, key, consumers, fields, doc } = entryOf('conversation.escalated');
  assert.deepEqual(
    { topic, key, doc },
    { topic: 'chat.conversations', key: ['conversationId'], doc: catalogue['conversation.escalated'].schema.doc },
  );
  assert.deepEqual(consumers, ['crm-sync', 'ticketing', 'notifier', 'flows']);
  assert.deepEqual(fields[0], {
    name: 'conversationId',
    type: 'string',
    required: true,
    limits: { minLength: 1, maxLength: 256 },
    aliases: ['conversation_id'],
    doc: "The platform's id of the conversation.",
  });
  assert.ok(!fields.some(({ name }) => name.startsWith('meta')));
});

it('describes the fields in lists and records by their path', () => {
  const byName = new Map(entryOf('conversation.escalated').fields.map((field) => [field.name, field]));
  assert.equal(byName.get('customer')?.type, 'Customer');
  assert.equal(byName.get('customer.email')?.required, false);
  assert.equal(byName.get('transcript')?.type, 'list of TranscriptEntry');
  assert.equal(byName.get('transcript[].timestamp')?.type, 'time');
  for (const type of eventTypes) {
    for (const name of Object.keys(catalogue[type].example))
      assert.ok(
        entryOf(type).fields.some((field) => field.name === name),
        `${type}: ${name}`,
      );
  }
});

it('shows everything that the entries say', () => {
  const shown = page(entries);
  for (const { type, topic, subject, consumers, internal, fields } of entries) {
    const section = shown.split(`<section id="${type}"`)[1]?.split('</section>')[0] ?? '';
    for (const text of [topic, subject, ...consumers, ...fields.map(({ name }) => name)])
      assert.ok(section.includes(`<code>${text}</code>`), `${type}: ${text}`);
    assert.equal(section.match(/<tr>\n<th scope="row">/g)?.length, fields.length, type);
    assert.match(section, internal ? /Senders cannot send it/ : /curl &quot;\$url&quot;/);
  }
});

it('escapes every text of a schema', () => {
  const evil = `<script>alert("1")</script>'&`;
  const limits = { pattern: evil };
  const field = { name: evil, type: evil, required: true, values: [evil], limits, aliases: [evil], doc: evil };
  const rest = {
    topic: evil,
    key: [evil],
    subject: evil,
    consumers: [evil],
    internal: false,
    fields: [field],
    example: { evil },
  };
  const shown = page([{ type: evil, doc: evil, ...rest }]);
  assert.doesNotMatch(shown, /<script|alert\("|'&(?!amp;|lt;|gt;|quot;|#)/);
  assert.ok(shown.split('&lt;script&gt;alert(').length > 12);
});

it('has no script, no other file, and no style that its policy would refuse', () => {
  const shown = page(entries);
  assert.doesNotMatch(shown, /<(script|link|img|iframe|form|object)\b|\sstyle=|\son\w+=|url\(|@import/);
  assert.equal(shown.match(/<style>/g)?.length, 1);
});
