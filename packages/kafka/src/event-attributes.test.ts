import assert from 'node:assert/strict';
import { it } from 'node:test';
import { eventAttributes, withoutPerson } from './event-attributes.ts';

it('spans carry the ids of an event and none of its other headers', () => {
  const headers = {
    ce_id: Buffer.from('e-1'),
    ce_type: 'order.created',
    ce_source: '/acme/shop',
    ce_subject: 'order-1234567890',
    other: 'canary',
  };
  assert.deepEqual(eventAttributes(headers), {
    'cloudevents.event_id': 'e-1',
    'cloudevents.event_type': 'order.created',
    'cloudevents.event_source': '/acme/shop',
    'cloudevents.event_subject': 'order-1234567890',
    'switchboard.tenant': 'acme',
  });
  assert.deepEqual(eventAttributes({}), {});
  const long = { ce_source: `/${'a'.repeat(300_000)}/shop`, ce_type: 'b'.repeat(300_000) };
  for (const value of Object.values(eventAttributes(long))) assert.ok(String(value).length < 1_000);
});

const hidden: [id: string, type: string, shown: string][] = [
  ['acme:jane.doe@example.org', 'lead.captured', 'acme:[e-mail]'],
  ['acme:+49 170 5550199', 'lead.captured', 'acme:[number]'],
  ['acme:491705550199', 'lead.captured', 'acme:[number]'],
  ['acme:+491705550199', 'message.received', 'acme:[number]'],
  ['/acme/chat:jane%40example.org:1', 'message.received', '/acme/chat:[e-mail]:1'],
  ['acme:491705550199', 'unheard.of', 'acme:[number]'],
  ['acme:1234567890', 'order.created', 'acme:1234567890'],
  [
    'c-77:2026-01-15T10:00:00Z:conversation.escalated',
    'conversation.escalated',
    'c-77:2026-01-15T10:00:00Z:conversation.escalated',
  ],
  ['acme:5f1c2d7e-1234-4567-8901-234567890123', 'lead.captured', 'acme:5f1c2d7e-1234-4567-8901-234567890123'],
];

for (const [id, type, shown] of hidden) {
  it(`${id} of ${type} is shown as ${shown}`, () => assert.equal(withoutPerson(id, type), shown));
}

it('a very long key is shortened', () => {
  const shown = withoutPerson(`acme:@${'a'.repeat(1_000_000)}`, 'message.received');
  assert.ok(shown.length < 1_000);
  const cut = withoutPerson(`${'a'.repeat(500)}:jane.doe@example.org`, 'message.received');
  assert.doesNotMatch(cut, /jane/, 'the address is not cut in two');
});
