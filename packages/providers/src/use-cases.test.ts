import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type EventType, eventTypes } from '@switchboard/events';
import { bodyOf, createMapper } from '../fixtures/map-example.ts';
import { type ProviderName, providers } from './providers.ts';

/** The types that each provider sends, as its documentation describes its webhooks. */
const SENT: Readonly<Partial<Record<ProviderName, readonly EventType[]>>> = {
  'bot-framework': ['message.received'],
  chatwoot: ['message.received', 'conversation.escalated', 'conversation.resolved', 'lead.captured'],
  discord: ['message.received'],
  freshchat: ['message.received', 'conversation.resolved'],
  front: ['message.received'],
  github: ['build.failed', 'deploy.finished'],
  hubspot: ['lead.captured', 'customer.updated'],
  intercom: ['message.received', 'conversation.escalated', 'conversation.resolved'],
  line: ['message.received'],
  messagebird: ['message.received', 'message.status'],
  meta: ['message.received', 'message.status'],
  shopify: [
    ...(['order.created', 'order.shipped', 'order.delivered', 'order.cancelled'] as const),
    ...(['payment.confirmed', 'payment.refunded', 'stock.changed'] as const),
  ],
  slack: ['message.received'],
  stripe: ['payment.confirmed', 'payment.failed', 'payment.refunded', 'subscription.changed'],
  sunshine: ['message.received'],
  telegram: ['message.received'],
  twilio: ['message.received', 'message.status'],
  viber: ['message.received', 'message.status'],
  zendesk: ['ticket.updated', 'conversation.resolved', 'article.published', 'article.unpublished'],
};

/** No provider sends these in a form of its own: they come by a mapping of the sources file, or from Switchboard. */
const BY_NO_VENDOR: readonly EventType[] = [
  ...(['fraud.flagged', 'maintenance.scheduled', 'stock.replenished', 'ticket.created'] as const),
  ...(['incident.opened', 'incident.resolved', 'conversation.unresolved'] as const),
];

describe('a use case begins with the event of its provider', () => {
  for (const [name, types] of Object.entries(SENT) as [ProviderName, readonly EventType[]][]) {
    const { examples, ...provider } = providers[name];
    const mapped = new Set<EventType>();
    for (const example of examples) {
      const events = createMapper({ examples, ...provider })(bodyOf(example), example.headers);
      for (const { type } of events) mapped.add(type);
    }
    for (const type of types) {
      it(`${name} sends ${type}, and an example shows it`, () => assert.ok(mapped.has(type)));
    }
    it(`${name} sends nothing else`, () => assert.deepEqual([...mapped].sort(), types.toSorted()));
  }

  it('types that no provider sends are known', () => {
    const sent = new Set(Object.values(SENT).flat());
    for (const type of BY_NO_VENDOR) assert.ok(eventTypes.includes(type) && !sent.has(type), type);
  });
});
