import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createSampleEvent } from '@switchboard/cli/sample-event';
import type { Answer } from '@switchboard/cli/send-events';
import { examplePlans } from '@switchboard/cli/vendor-plans';
import { handlersOf } from '@switchboard/deploy/services';
import { catalogue, type EventType, publicEventTypes } from '@switchboard/events';
import { readTopics } from '@switchboard/kafka';
import type { SystemName } from '@switchboard/sandbox';
import { until } from '@switchboard/stack/until';
import type { Installation } from './installation.ts';

/** The vendors of `npm start`. */
const VENDORS = [
  'bot-framework',
  'chatwoot',
  'freshchat',
  'front',
  'github',
  'hubspot',
  'intercom',
  'line',
  'messagebird',
  'meta',
  'shopify',
  'slack',
  'standard-webhooks',
  'stripe',
  'sunshine',
  'telegram',
  'twilio',
  'viber',
  'zendesk',
];

/** The people of the examples who agreed to mail: the events of the shop name Jon only by this address. */
const PEOPLE = [
  { userId: 'jon', email: 'jon@example.com' },
  { userId: 'user-1024', email: 'user-1024@example.com' },
];

/** Where the effect of an example shows, and what it says there. Others have none yet, or concern no person. */
const EFFECTS: Readonly<Record<string, readonly [system: SystemName, ...texts: string[]]>> = {
  'chatwoot: conversation_status_changed to open': ['zendesk', 'jane.doe@example.com'],
  'chatwoot: conversation_status_changed to resolved': [
    'hubspot',
    'A conversation with the chatbot was resolved',
    '{entity}',
  ],
  'chatwoot: contact_created': ['hubspot', 'The chatbot captured a lead'],
  'intercom: conversation.admin.assigned': ['zendesk', 'jane.doe@example.com'],
  'intercom: conversation.admin.closed': ['hubspot', 'A conversation with the chatbot was resolved', '{entity}'],
  'zendesk: trigger, solved': ['hubspot', 'A conversation with the chatbot was resolved', 'conv-4711'],
  'shopify: orders/create': ['smtp', 'Thank you for your order #9999.'],
  'shopify: orders/paid': ['smtp', 'Your payment for order {entity} has arrived.', '398'],
  'shopify: orders/cancelled': ['smtp', 'Your order #9999 was cancelled.'],
  'shopify: fulfillments/create': ['smtp', 'Your order #9999 is on its way.', '1Z827WK74630'],
  'shopify: fulfillment_events/create': ['smtp', 'Your order {entity} was delivered.'],
  'shopify: refunds/create': ['smtp', 'We have refunded your payment for order {entity}.', '199'],
  'github: workflow_run failed': ['slack', '#builds', 'Build failed: Hello-World'],
  'github: deployment_status': ['smtp', 'Deployment finished: Hello-World', 'Environment: production'],
  'stripe: payment_intent.succeeded': ['smtp', 'Your payment for order order-1001 has arrived.', '129.9'],
  'stripe: payment_intent.payment_failed': ['smtp', 'Your payment for order order-1001 failed.', 'insufficient funds'],
  'stripe: charge.refunded': ['smtp', 'We have refunded your payment for order order-1001.', '49.9'],
  'stripe: customer.subscription.updated': ['smtp', 'Your subscription has changed.', 'Plan: Team'],
  'meta: WhatsApp statuses': ['slack', '#support', 'A message is failed: wamid.', 'More than 24 hours have passed'],
  'twilio: status of a sent message': ['slack', '#support', 'A message is failed: SM', '30003'],
};

/** Examples that name an order and no person: the buyer is known from the order itself. */
const AFTER_ORDER = ['shopify: fulfillment_events/create', 'shopify: refunds/create'];

export function examplesOfVendors(switchboard: () => Installation): void {
  describe('an example of a vendor goes the whole way', () => {
    before(async () => {
      const agreed = Object.fromEntries(publicEventTypes.map((topic) => [topic, true]));
      const answers = await switchboard().send([
        ...PEOPLE.map(({ userId, email }) =>
          createSampleEvent('preference.updated', {
            userId,
            channels: { email: true, chat: false, slack: false, webhook: false },
            topics: agreed,
            email,
            quietHours: { enabled: false },
            digest: 'none',
          }),
        ),
        createSampleEvent('follow.started', { userId: 'jon', targetKind: 'service', targetId: 'Hello-World' }),
      ]);
      assert.ok(answers.every(({ status }) => status === 200));
      // Notifications are sent only to people whose preference was read.
      for (const { userId, email } of PEOPLE) {
        await until(`the preference of ${userId} is known`, () => heldBy(`/v1/preferences/${userId}`, email));
      }
      await until('jon follows the service', () => heldBy('/v1/follows/jon', 'Hello-World'));
    });

    async function heldBy(path: string, text: string): Promise<boolean> {
      const headers = { authorization: 'Bearer local-notifier-key' };
      return (await (await fetch(`${switchboard().urlOf('notifier')}${path}`, { headers })).text()).includes(text);
    }

    /** Sends the vendor's example of a new order, with this id, and waits until its buyer hears of it. */
    async function placed(plans: Awaited<ReturnType<typeof examplePlans>>, orderId: string): Promise<void> {
      const plan = plans.find(({ title }) => title === 'shopify: orders/create');
      assert.ok(plan?.deliver);
      const { deliver } = plan;
      const order = plan.create();
      const [{ entity = '' } = {}] = order.becomes;
      const body = order.body.replaceAll(entity, orderId).replaceAll('#9999', `#${orderId}`);
      assert.equal((await answered(() => deliver({ ...order, body }))).status, 200);
      await until(`the buyer of ${orderId} hears of it`, async () =>
        (await switchboard().effects('smtp')).some((effect) => JSON.stringify(effect).includes(`order #${orderId}.`)),
      );
    }

    for (const name of VENDORS) {
      it(name, async () => {
        const url = switchboard().urlOf('ingest');
        const plans = await examplePlans(name, { url, variables: switchboard().variables });
        for (const { title, create, deliver } of plans) {
          const webhook = create();
          const [system, ...texts] = EFFECTS[title] ?? [];
          const [{ entity: thing = '' } = {}] = webhook.becomes;
          assert.ok(deliver);
          if (AFTER_ORDER.includes(title)) await placed(plans, thing);
          const earlier = new Map<EventType, number>();
          for (const { type, entity } of webhook.becomes) earlier.set(type, await count(switchboard(), type, entity));
          const seen = system === undefined ? 0 : (await switchboard().effects(system)).length;
          // The vendor sends it twice: the second is a repeat.
          for (const time of ['first', 'second']) {
            const answer = await answered(() => deliver(webhook));
            assert.equal(answer.status, 200, `${title}, ${time}: ${answer.text}`);
          }
          for (const { type, entity } of webhook.becomes) {
            const expected = webhook.becomes.filter((other) => other.type === type && other.entity === entity).length;
            const added = (await count(switchboard(), type, entity)) - (earlier.get(type) ?? 0);
            assert.equal(added, expected, `${title}: ${type} of ${entity}`);
          }
          if (system === undefined) continue;
          await until(`${title} shows in ${system}`, async () => {
            const held = (await switchboard().effects(system)).slice(seen);
            return held.some((effect) =>
              texts.every((text) => JSON.stringify(effect).includes(text.replace('{entity}', thing))),
            );
          });
          assert.ok(webhook.becomes.every(({ type }) => handlersOf(type).length > 0));
        }
      });
    }
  });
}

/** A 503 is sent again, as vendors do. */
const answered = (deliver: () => Promise<Pick<Answer, 'status' | 'text'>>): Promise<Pick<Answer, 'status' | 'text'>> =>
  until('an answer other than 503', async (): Promise<Pick<Answer, 'status' | 'text'> | false> => {
    const given = await deliver();
    return given.status !== 503 && given;
  });

/** How many events of a type about one thing are in Kafka. A repeat has the id of the first, and is no other event. */
async function count({ stack }: Installation, type: EventType, entity: string): Promise<number> {
  const ids = new Set<string | undefined>();
  await readTopics({ brokers: stack.brokers }, [catalogue[type].topic], ({ key, headers }) => {
    if (headers.ce_type === type && String(key) === `local:${entity}`) ids.add(headers.ce_id);
  });
  return ids.size;
}
