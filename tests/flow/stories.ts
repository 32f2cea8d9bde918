import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { createSampleEvent, type Webhook } from '@switchboard/cli/sample-event';
import { publicEventTypes } from '@switchboard/events';
import type { SystemName } from '@switchboard/sandbox';
import { until } from '@switchboard/stack/until';
import type { Installation } from './installation.ts';

const mark = randomUUID().slice(0, 8);
/** The person of these stories, who follows a product, a service and an order. */
const user = `user-${mark}`;
const email = `jane.${mark}@example.com`;
const PRODUCT = `kettle-${mark}`;
const SERVICE = `checkout-${mark}`;
const ORDER = `order-${mark}`;

interface Story {
  readonly when: string;
  /** As its sender writes it. */
  readonly sent: Webhook;
  /** The system that hears of it, and a part of what it gets. */
  readonly in: SystemName;
  readonly text: string;
  /** Where a message to a team goes. */
  readonly channel?: string;
}

const timestamp = new Date().toISOString();

/** A shop, a warehouse, a build server: snake_case, and the entity beside the fields. */
const entityOf =
  (source: string) =>
  (type: string, entity: string, payload: object): Webhook => ({
    source,
    body: JSON.stringify({
      ...{ event_type: type, event_id: `${type}-${entity}`, timestamp, entity_id: entity },
      ...{ payload, schema_version: '1' },
    }),
  });
const shop = entityOf('shop');
const ops = entityOf('ops');

/** A chatbot platform. */
const platform = (source: string, event: string, data: object): Webhook => ({
  source,
  body: JSON.stringify({ event, timestamp, data }),
});

const STORIES: Readonly<Record<string, readonly Story[]>> = {
  'a shop': [
    {
      when: 'a shipped order names its person by the address only',
      sent: shop('order.shipped', `s-${mark}`, { customer_email: email, tracking_number: `track-${mark}` }),
      ...{ in: 'chat', text: `track-${mark}` },
    },
    {
      when: 'an order that somebody follows is delivered',
      sent: shop('order.delivered', ORDER, { order_number: `#d-${mark}` }),
      ...{ in: 'chat', text: `order #d-${mark} was delivered` },
    },
    {
      when: 'an order is delivered to a person with an address',
      sent: shop('order.delivered', `d-${mark}`, { order_number: `#a-${mark}`, customer: { email } }),
      ...{ in: 'chat', text: `order #a-${mark} was delivered` },
    },
    {
      when: 'an order is cancelled',
      sent: shop('order.canceled', `c-${mark}`, { customer_email: email, order_number: `#c-${mark}` }),
      ...{ in: 'chat', text: `order #c-${mark} was cancelled` },
    },
    {
      when: 'the kettle that somebody asked for is back',
      sent: shop('stock.replenished', PRODUCT, { available: 12 }),
      ...{ in: 'chat', text: `${PRODUCT} is back in stock` },
    },
    {
      when: 'a product is sold out',
      sent: shop('stock.changed', `p-${mark}`, { product_name: `empty-${mark}`, available: '0' }),
      ...{ in: 'slack', channel: '#warehouse', text: `empty-${mark}` },
    },
  ],
  finance: [
    {
      when: 'a payment fails',
      sent: shop('payment.failed', `f-${mark}`, { customer_email: email, order_number: `#f-${mark}`, total: '10.00' }),
      ...{ in: 'chat', text: `order #f-${mark} failed` },
    },
    {
      when: 'a payment is refunded',
      sent: shop('payment.refunded', `r-${mark}`, {
        ...{ customer_email: email, order_number: `#r-${mark}`, refund_amount: '10.00', currency: 'EUR' },
      }),
      ...{ in: 'chat', text: `for order #r-${mark}` },
    },
    {
      when: 'an order may be fraud',
      sent: shop('fraud.flagged', `x-${mark}`, { order_number: `#x-${mark}`, score: '0.9' }),
      ...{ in: 'slack', channel: '#payments', text: `Order #x-${mark} may be fraud` },
    },
    {
      when: 'a subscription changes',
      sent: shop('subscription.changed', `sub-${mark}`, { customer_email: email, new_plan: `Plan ${mark}` }),
      ...{ in: 'chat', text: `Plan ${mark}` },
    },
  ],
  sales: [
    {
      when: 'a conversation brings a lead',
      sent: platform('chatbot', 'lead_captured', {
        ...{ conversationId: `lead-${mark}`, contact: { email: `lead.${mark}@example.com`, name: 'A. Lead' } },
      }),
      ...{ in: 'hubspot', text: `lead.${mark}@example.com` },
    },
    {
      when: 'a person is handed over to agents',
      sent: platform('escalation', 'conversation.escalated', {
        ...{ conversationId: `conv-${mark}`, metadata: { detectedIntent: `intent-${mark}` } },
      }),
      ...{ in: 'slack', channel: 'C0SANDBOX1', text: `intent-${mark}` },
    },
  ],
  operations: [
    {
      when: 'a service that somebody uses has an incident',
      sent: ops('incident.opened', `i-${mark}`, { services: [SERVICE], title: `Outage ${mark}`, severity: 'high' }),
      ...{ in: 'chat', text: `Outage ${mark}` },
    },
    {
      when: 'maintenance of the service is planned',
      sent: ops('maintenance.scheduled', `m-${mark}`, {
        ...{ services: [SERVICE], name: `Upgrade ${mark}`, start_time: '2030-01-15T22:00:00Z' },
      }),
      ...{ in: 'chat', text: `Upgrade ${mark}` },
    },
    {
      when: 'a message could not be delivered',
      sent: platform('chatbot', 'message.status', {
        ...{ messageId: `sms-${mark}`, customerId: `u-${mark}`, messageStatus: 'failed' },
      }),
      ...{ in: 'slack', channel: '#support', text: `sms-${mark}` },
    },
  ],
  'internal IT': [
    {
      when: 'a build fails',
      sent: ops('build.failed', `b-${mark}`, { project: `build-${mark}`, error: 'tests failed' }),
      ...{ in: 'slack', channel: '#builds', text: `Build failed: build-${mark}` },
    },
    {
      when: 'a deployment of the service is finished',
      sent: ops('deploy.finished', `dep-${mark}`, { project: SERVICE, version: `v-${mark}`, env: 'production' }),
      ...{ in: 'chat', text: `v-${mark}` },
    },
  ],
};

/** Each use case of the guides: what its sender says, and what the person, the team or the system gets. */
export function storiesOfUseCases(switchboard: () => Installation): void {
  async function accepted(...events: Webhook[]): Promise<void> {
    for (const { status, text } of await switchboard().send(events, true)) assert.equal(status, 200, text);
  }

  async function heldBy(path: string, text: string): Promise<boolean> {
    const headers = { authorization: 'Bearer local-notifier-key' };
    const response = await fetch(`${switchboard().urlOf('notifier')}${path}`, { headers });
    return response.ok && (await response.text()).includes(text);
  }

  describe('a use case has its effect', () => {
    before(async () => {
      const topics = Object.fromEntries(publicEventTypes.map((type) => [type, true]));
      const channels = { chat: true, email: false, slack: false, webhook: false };
      const preference = { userId: user, channels, topics, email, quietHours: null, digest: 'none' };
      const follows = [
        ['product', PRODUCT],
        ['service', SERVICE],
        ['order', ORDER],
      ].map(([targetKind, targetId]) => createSampleEvent('follow.started', { userId: user, targetKind, targetId }));
      await accepted(createSampleEvent('preference.updated', preference), ...follows);
      await until('the preference is known', () => heldBy(`/v1/preferences/${user}`, email));
      for (const id of [PRODUCT, SERVICE, ORDER]) {
        await until(`it follows ${id}`, () => heldBy(`/v1/follows/${user}`, id));
      }
      await accepted(...Object.values(STORIES).flatMap((stories) => stories.map(({ sent }) => sent)));
    });

    for (const [guide, stories] of Object.entries(STORIES)) {
      describe(guide, () => {
        for (const { when, in: system, text, channel = '' } of stories) {
          it(`${when}: ${system}`, async () => {
            const isIt = ({ body }: { body: unknown }): boolean => {
              const held = JSON.stringify(body);
              return held.includes(text) && held.includes(channel) && (system !== 'chat' || held.includes(user));
            };
            const heard = async () => (await switchboard().effects(system)).filter(isIt);
            await until(`${system} hears of it`, async () => (await heard()).length > 0);
            if (system === 'chat') assert.equal((await heard()).length, 1);
          });
        }
      });
    }
  });
}
