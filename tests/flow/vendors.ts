import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createSampleEvent } from '@switchboard/cli/sample-event';
import type { Answer } from '@switchboard/cli/send-events';
import { examplePlans } from '@switchboard/cli/vendor-plans';
import { handlersOf } from '@switchboard/deploy/services';
import { catalogue, type EventType } from '@switchboard/events';
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

/** Where the effect of an example shows, and a part of it. Others have none yet, or concern no person. */
const EFFECTS: Readonly<Record<string, readonly [system: SystemName, text: string]>> = {
  'chatwoot: conversation_status_changed to open': ['zendesk', 'jane.doe@example.com'],
  'chatwoot: conversation_status_changed to resolved': ['hubspot', 'resolved'],
  'chatwoot: contact_created': ['hubspot', 'jane.doe@example.com'],
  'intercom: conversation.admin.assigned': ['zendesk', 'jane.doe@example.com'],
  'intercom: conversation.admin.closed': ['hubspot', 'resolved'],
  'shopify: orders/create': ['smtp', '#9999'],
  'shopify: orders/paid': ['smtp', '398'],
  'shopify: orders/cancelled': ['smtp', '#9999'],
  'shopify: fulfillments/create': ['smtp', '1Z827WK74630'],
  'github: workflow_run failed': ['slack', '#builds'],
  'stripe: payment_intent.succeeded': ['smtp', 'order-1001'],
  'stripe: payment_intent.payment_failed': ['smtp', 'order-1001'],
  'stripe: charge.refunded': ['smtp', 'order-1001'],
  'stripe: customer.subscription.updated': ['smtp', ''],
};

export function examplesOfVendors(switchboard: () => Installation): void {
  describe('an example of a vendor goes the whole way', () => {
    before(async () => {
      const topics = [
        'order.created',
        'order.shipped',
        'order.cancelled',
        'payment.confirmed',
        'payment.failed',
        'payment.refunded',
      ];
      const agreed = Object.fromEntries([...topics, 'subscription.changed'].map((topic) => [topic, true]));
      const answers = await switchboard().send(
        PEOPLE.map(({ userId, email }) =>
          createSampleEvent('preference.updated', {
            userId,
            channels: { email: true, chat: false, slack: false, webhook: false },
            topics: agreed,
            email,
            quietHours: { enabled: false },
            digest: 'none',
          }),
        ),
      );
      assert.ok(answers.every(({ status }) => status === 200));
      // Notifications are sent only to people whose preference was read.
      for (const { userId } of PEOPLE) {
        const url = `${switchboard().urlOf('notifier')}/v1/preferences/${userId}`;
        const headers = { authorization: 'Bearer local-notifier-key' };
        await until(`the preference of ${userId} is known`, async () => (await fetch(url, { headers })).status === 200);
      }
    });

    for (const name of VENDORS) {
      it(name, async () => {
        const url = switchboard().urlOf('ingest');
        const plans = await examplePlans(name, { url, variables: switchboard().variables });
        for (const { title, create, deliver } of plans) {
          const webhook = create();
          const [system, text] = EFFECTS[title] ?? [];
          const earlier = new Map<EventType, number>();
          for (const { type, entity } of webhook.becomes) earlier.set(type, await count(switchboard(), type, entity));
          const seen = system === undefined ? 0 : (await switchboard().effects(system)).length;
          assert.ok(deliver);
          // The vendor sends it twice: the second is a repeat.
          for (const time of ['first', 'second']) {
            const answer = await until(
              'an answer other than 503',
              async (): Promise<Pick<Answer, 'status' | 'text'> | false> => {
                const given = await deliver(webhook);
                return given.status !== 503 && given;
              },
            );
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
            return held.some((effect) => JSON.stringify(effect).includes(text ?? ''));
          });
          assert.ok(webhook.becomes.every(({ type }) => handlersOf(type).length > 0));
        }
      });
    }
  });
}

/** How many events of a type about one thing are in Kafka. A repeat has the id of the first, and is no other event. */
async function count({ stack }: Installation, type: EventType, entity: string): Promise<number> {
  const ids = new Set<string | undefined>();
  await readTopics({ brokers: stack.brokers }, [catalogue[type].topic], ({ key, headers }) => {
    if (headers.ce_type === type && String(key) === `local:${entity}`) ids.add(headers.ce_id);
  });
  return ids.size;
}
