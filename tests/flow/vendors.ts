import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { runOps } from '@switchboard/cli/ops';
import { createSampleEvent } from '@switchboard/cli/sample-event';
import type { Answer } from '@switchboard/cli/send-events';
import { examplePlans } from '@switchboard/cli/vendor-plans';
import { handlersOf } from '@switchboard/deploy/services';
import { catalogue, type EventType, publicEventTypes } from '@switchboard/events';
import { readTopics } from '@switchboard/kafka';
import type { Effect, SystemName } from '@switchboard/sandbox';
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
  { userId: 'sam', email: 'sam@example.com' },
];

/** The flow of local/flows.yaml answers it. */
const QUESTION = 'What are your opening hours?';
const ANSWER = 'We are here from Monday to Friday';

/** A part of an example, and what is sent instead: a question with an answer, or a person who agreed to mail. */
const CHANGES: Readonly<Record<string, readonly [part: string, instead: string]>> = {
  'bot-framework: message in Teams': ['Where is my order?', QUESTION],
  'freshchat: message of a user': ['Where is my order?', QUESTION],
  'front: inbound by an application': ['It should have been here yesterday.', QUESTION],
  'front: inbound by a rule': ['It should have been here yesterday.', QUESTION],
  'line: message': ['Hello, world', QUESTION],
  'messagebird: WhatsApp message': ['Where is my order?', QUESTION],
  'slack: message': ['Live long and prosper.', QUESTION],
  'slack: command': ['text=94070', `text=${encodeURIComponent(QUESTION)}`],
  'standard-webhooks: order.created': ['jane.doe@example.com', 'sam@example.com'],
  'sunshine: conversation:message': ['Where is my order?', QUESTION],
  'telegram: message': ['/start', QUESTION],
  'telegram: document': ['The list', QUESTION],
  'viber: message': ['The receipt', QUESTION],
};

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
  'bot-framework: message in Teams': [
    'chat',
    ANSWER,
    '29:1XJKJMvc5GBtc2JwZq0oj8tHZmzrQgFmB39ATiQWA85gQtHieVkKilBZ9XHoq9j7',
  ],
  'freshchat: message of a user': ['chat', ANSWER, 'dbec0910-b4d6-4d81-8015-81f560a918de', '{entity}'],
  'front: inbound by an application': ['chat', ANSWER, 'jane.doe@example.com', '{entity}'],
  'front: inbound by a rule': ['chat', ANSWER, 'jane.doe@example.com', '{entity}'],
  'line: message': ['chat', ANSWER, 'U80696558e1aa831fb56c1a8c1e7ed3a1'],
  'messagebird: WhatsApp message': ['chat', ANSWER, '9354647c5b144a2b4c99f2n42497249', '{entity}'],
  'slack: message': ['chat', ANSWER, 'U2147483697', '{entity}'],
  'slack: command': ['chat', ANSWER, 'U2147483697', '{entity}'],
  'standard-webhooks: order.created': ['smtp', 'sam@example.com', 'Thank you for your order {entity}.'],
  'sunshine: conversation:message': ['chat', ANSWER, '4218ee0d0a6a2ba9e2a1c8f2', '{entity}'],
  'telegram: message': ['chat', ANSWER, '1111111'],
  'telegram: document': ['chat', ANSWER, '1111111'],
  'viber: message': ['chat', ANSWER, '01234567890A='],
};

/** Where else an example shows: what a service answers holds a text, or no longer does. */
const LOOKUPS: Readonly<Record<string, readonly [service: string, path: string, text: string, isThere: boolean]>> = {
  // The lead of HubSpot has no address: its contact is in HubSpot already. A later change tells the address.
  'hubspot: contacts created and changed': ['notifier', '/v1/people/email/ada@example.com', 'hubspot/{entity}', true],
  'zendesk: article.published': ['kb-indexer', '/v1/search?q=send%20something%20back', '"{entity}"', true],
  'zendesk: article.unpublished': ['kb-indexer', '/v1/search?q=send%20something%20back', '"{entity}"', false],
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
        await until(`the preference of ${userId} is known`, () =>
          tells('notifier', `/v1/preferences/${userId}`, email),
        );
      }
      await until('jon follows the service', () => tells('notifier', '/v1/follows/jon', 'Hello-World'));
    });

    async function tells(service: string, path: string, text: string): Promise<boolean> {
      const headers = service === 'notifier' ? { authorization: 'Bearer local-notifier-key' } : {};
      const response = await fetch(`${switchboard().urlOf(service)}${path}`, { headers });
      return (await response.text()).includes(text);
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
        const expected: Expected[] = [];
        for (const { title, create, deliver } of plans) {
          const webhook = changed(title, create());
          const [{ entity: thing = '' } = {}] = webhook.becomes;
          const [system, ...patterns] = EFFECTS[title] ?? [];
          const texts = patterns.map((text) => text.replace('{entity}', thing));
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
          const [service, path = '', text = '', isThere] = LOOKUPS[title] ?? [];
          if (service !== undefined) {
            const told = text.replace('{entity}', thing);
            await until(`${title} shows in ${service}`, async () => (await tells(service, path, told)) === isThere);
          }
          if (system === undefined) continue;
          const effect = { title, system, texts, seen };
          await until(`${title} shows in ${system}`, async () => (await effectsOf(switchboard(), effect)).length > 0);
          expected.push(effect);
          assert.ok(webhook.becomes.every(({ type }) => handlersOf(type).length > 0));
        }
        await settled(switchboard());
        for (const { title, ...effect } of expected) {
          const alike = expected.filter(({ texts }) => texts.join() === effect.texts.join());
          const [{ seen = 0 } = {}] = alike;
          assert.equal((await effectsOf(switchboard(), { ...effect, seen })).length, alike.length, title);
        }
      });
    }
  });
}

interface Expected {
  readonly title: string;
  readonly system: SystemName;
  readonly texts: readonly string[];
  /** How many effects the system had before. */
  readonly seen: number;
}

async function effectsOf(
  switchboard: Installation,
  { system, texts, seen }: Omit<Expected, 'title'>,
): Promise<Effect[]> {
  const effects = (await switchboard.effects(system)).slice(seen);
  return effects.filter((effect) => texts.every((text) => JSON.stringify(effect).includes(text)));
}

function changed<W extends { readonly body: string }>(title: string, webhook: W): W {
  const [part, instead] = CHANGES[title] ?? [];
  if (part === undefined || instead === undefined) return webhook;
  assert.ok(webhook.body.includes(part), `${title} has ${part}`);
  return { ...webhook, body: webhook.body.replaceAll(part, instead) };
}

/** Resolves when no service has an event before it, also no repeat. */
async function settled({ variables }: Installation): Promise<void> {
  const { signal } = new AbortController();
  await until('all events are done', async () => {
    let answer = '';
    const out = (text: string) => (answer += text);
    await runOps(['lag', '--json'], { variables, signal, out, err: out });
    const { services } = JSON.parse(answer) as { services: Record<'sources' | 'chain', { records: number }[]>[] };
    return services.every(({ sources, chain }) => [...sources, ...chain].every(({ records }) => records === 0));
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
