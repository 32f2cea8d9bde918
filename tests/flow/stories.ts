import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { createSampleEvent, type SampleEvent } from '@switchboard/cli/sample-event';
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

type EventName = Parameters<typeof createSampleEvent>[0];

interface Story {
  readonly when: string;
  readonly type: EventName;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The system that hears of it, and a part of what it gets. */
  readonly in: SystemName;
  readonly text: string;
}

/** What an event of an order names its person by: nothing but the address. */
const byAddress = { userId: null, customerId: null, phone: null, email };
const nobody = { userId: null, customerId: null, phone: null, email: null };
const toFollowers = { userIds: [] };

const STORIES: Readonly<Record<string, readonly Story[]>> = {
  'a shop': [
    {
      ...{ when: 'a shipped order names its person by the address only', type: 'order.shipped', in: 'chat' },
      ...{ fields: { ...byAddress, trackingNumber: `track-${mark}` }, text: `track-${mark}` },
    },
    {
      ...{ when: 'an order that somebody follows is delivered', type: 'order.delivered', in: 'chat' },
      ...{ fields: { ...nobody, orderId: ORDER, orderNumber: `#d-${mark}` }, text: `order #d-${mark} was delivered` },
    },
    {
      ...{ when: 'an order is cancelled', type: 'order.cancelled', in: 'chat' },
      ...{ fields: { ...byAddress, orderNumber: `#c-${mark}` }, text: `order #c-${mark} was cancelled` },
    },
    {
      ...{ when: 'the kettle that somebody asked for is back', type: 'stock.replenished', in: 'chat' },
      ...{ fields: { ...toFollowers, productId: PRODUCT, name: null, sku: null }, text: `${PRODUCT} is back in stock` },
    },
    {
      ...{ when: 'a product is sold out', type: 'stock.changed', in: 'slack' },
      ...{ fields: { productId: `empty-${mark}`, sku: null, name: null, quantity: 0 }, text: `empty-${mark}` },
    },
  ],
  finance: [
    {
      ...{ when: 'a payment fails', type: 'payment.failed', in: 'chat' },
      ...{ fields: { ...byAddress, orderNumber: `#f-${mark}` }, text: `order #f-${mark} failed` },
    },
    {
      ...{ when: 'a payment is refunded', type: 'payment.refunded', in: 'chat' },
      ...{ fields: { ...byAddress, orderNumber: `#r-${mark}` }, text: `for order #r-${mark}` },
    },
    {
      ...{ when: 'an order may be fraud', type: 'fraud.flagged', in: 'slack' },
      ...{ fields: { orderNumber: `#x-${mark}` }, text: `Order #x-${mark} may be fraud` },
    },
    {
      ...{ when: 'a subscription changes', type: 'subscription.changed', in: 'chat' },
      ...{ fields: { ...byAddress, plan: `Plan ${mark}` }, text: `Plan ${mark}` },
    },
  ],
  sales: [
    {
      ...{ when: 'a conversation brings a lead', type: 'lead.captured', in: 'hubspot' },
      ...{ fields: { leadId: `lead-${mark}`, email: `lead.${mark}@example.com` }, text: `lead.${mark}@example.com` },
    },
    {
      ...{ when: 'a person is handed over to agents', type: 'conversation.escalated', in: 'slack' },
      ...{ fields: { conversationId: `conv-${mark}`, intent: `intent-${mark}` }, text: `intent-${mark}` },
    },
  ],
  operations: [
    {
      ...{ when: 'a service that somebody uses has an incident', type: 'incident.opened', in: 'chat' },
      ...{ fields: { ...toFollowers, services: [SERVICE], title: `Outage ${mark}` }, text: `Outage ${mark}` },
    },
    {
      ...{ when: 'maintenance of the service is planned', type: 'maintenance.scheduled', in: 'chat' },
      ...{ fields: { ...toFollowers, services: [SERVICE], title: `Upgrade ${mark}` }, text: `Upgrade ${mark}` },
    },
    {
      ...{ when: 'a message could not be delivered', type: 'message.status', in: 'slack' },
      ...{ fields: { messageId: `sms-${mark}`, status: 'failed', error: `lost ${mark}` }, text: mark },
    },
  ],
  'internal IT': [
    {
      ...{ when: 'a build fails', type: 'build.failed', in: 'slack' },
      ...{ fields: { ...toFollowers, service: `build-${mark}` }, text: `Build failed: build-${mark}` },
    },
    {
      ...{ when: 'a deployment of the service is finished', type: 'deploy.finished', in: 'chat' },
      ...{ fields: { ...toFollowers, service: SERVICE, version: `v-${mark}` }, text: `v-${mark}` },
    },
  ],
};

/** Each use case of the guides: what its sender says, and what the person, the team or the system gets. */
export function storiesOfUseCases(switchboard: () => Installation): void {
  async function accepted(...events: SampleEvent[]): Promise<void> {
    for (const { status, text } of await switchboard().send(events, true)) assert.equal(status, 200, text);
  }

  async function heldBy(path: string, text: string): Promise<boolean> {
    const headers = { authorization: 'Bearer local-notifier-key' };
    const response = await fetch(`${switchboard().urlOf('notifier')}${path}`, { headers });
    return response.ok && (await response.text()).includes(text);
  }

  describe('a use case has its effect', () => {
    before(async () => {
      const topics = Object.fromEntries(
        Object.values(STORIES).flatMap((stories) => stories.map(({ type }) => [type, true])),
      );
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
      await accepted(
        ...Object.values(STORIES).flatMap((stories) =>
          stories.map(({ type, fields }) => createSampleEvent(type, { ...fields })),
        ),
      );
    });

    for (const [guide, stories] of Object.entries(STORIES)) {
      describe(guide, () => {
        for (const { when, in: system, text } of stories) {
          it(`${when}: ${system}`, async () => {
            const isIt = ({ body }: { body: unknown }): boolean => {
              const held = JSON.stringify(body);
              return held.includes(text) && (system !== 'chat' || held.includes(user));
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
