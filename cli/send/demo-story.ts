import { randomUUID } from 'node:crypto';
import { catalogue, type EventType } from '@switchboard/events';
import { demoPeople } from '@switchboard/sandbox/people';
import type { Question } from './ask-bot.ts';
import { createSampleEvent, type SampleEvent } from './sample-event.ts';

export interface Act {
  readonly type: EventType;
  readonly happens: string;
  /** What it causes. */
  readonly look: string;
  /** What the shop of the sandbox gets before the event. */
  readonly order?: object;
  /** Made when it is sent, with the time of that moment. */
  event(): SampleEvent;
}

/** What is asked in the chat at the end. Order 2001 is of another person. */
export const questions: readonly (Question & { readonly happens: string })[] = [
  {
    ...{ happens: `${demoPeople[0].name} asks in the chat`, person: demoPeople[0].userId },
    text: 'Is my subscription still active?',
  },
  {
    ...{ happens: 'She asks for the order of somebody else', person: demoPeople[0].userId },
    text: 'Where is order 2001?',
  },
];

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

/** A small story about people, an order and an article that are new each time. */
export function createStory(now = Date.now()): Act[] {
  const mark = randomUUID().slice(0, 8);
  const at = (offsetMs: number): string => new Date(now + offsetMs).toISOString();
  const customer = { userId: `user-${mark}`, email: `jane.${mark}@example.com` };
  const conversation = { conversationId: `conv-${mark}`, userId: customer.userId };
  // The person of the chat page is the same each time; only the order is new.
  const [chatter] = demoPeople;
  const shopper = { userId: chatter.userId, email: chatter.email };
  const orderId = `order-${mark}-2`;
  const { transcript } = catalogue['conversation.escalated'].example as { transcript: object[] };

  const act = (type: EventType, happens: string, look: string, changes: Record<string, unknown>): Act => ({
    type,
    happens,
    look,
    event: () => createSampleEvent(type, changes),
  });

  return [
    act(
      'preference.updated',
      'Jane agrees to news of her orders and of incidents.',
      'nothing yet: notifier knows it now',
      {
        ...customer,
        channels: { chat: true, email: true, slack: false, webhook: false },
        topics: { 'order.shipped': true, 'incident.opened': true },
        quietHours: null,
        digest: 'none',
      },
    ),
    act(
      'conversation.escalated',
      'The chatbot cannot help her with a refund, and hands her over.',
      'a ticket with the transcript, a contact with a note, a Slack message for the agents',
      {
        ...conversation,
        customer: { name: 'Jane Doe', email: customer.email },
        startedAt: at(-312 * SECOND),
        transcript: transcript.map((entry, index) => ({
          ...entry,
          timestamp: at((index - transcript.length) * 20 * SECOND),
        })),
      },
    ),
    act('lead.captured', 'Somebody else asks for prices.', 'a contact with a note', {
      conversationId: `conv-lead-${mark}`,
      leadId: `lead-${mark}`,
      email: `erika.${mark}@example.org`,
    }),
    act('article.published', 'Support publishes an article.', 'a document that can be searched', {
      articleId: `article-${mark}`,
      updatedAt: at(0),
    }),
    act(
      'order.shipped',
      "Jane's order leaves the warehouse.",
      'a chat message and an e-mail with the tracking number',
      {
        ...customer,
        orderId: `order-${mark}`,
        shippedAt: at(0),
        estimatedDelivery: at(2 * DAY),
      },
    ),
    act('incident.opened', 'Card payments fail.', 'a chat message and an e-mail, at once: it is critical', {
      incidentId: `inc-${mark}`,
      userIds: [customer.userId],
      startedAt: at(0),
    }),
    act('conversation.resolved', 'An agent has settled the refund.', 'a comment on the ticket, a second note', {
      ...conversation,
      customer: { name: 'Jane Doe', email: customer.email },
      transcript: [],
    }),
    act('preference.updated', `${chatter.name}, on the chat page, agrees to messages in the chat.`, 'nothing yet', {
      ...shopper,
      channels: { chat: true, email: false, slack: false, webhook: false },
      topics: { 'message.requested': true },
      quietHours: null,
      digest: 'none',
    }),
    {
      ...act('payment.confirmed', `She pays for order ${orderId}.`, 'nothing yet: a flow waits for the stock', {
        ...shopper,
        orderId,
        customerName: chatter.name,
        paymentId: `pay-${mark}`,
        paidAt: at(0),
      }),
      order: {
        orderId,
        customerEmail: chatter.email,
        total: 129.9,
        items: [{ name: 'Kettle, 1.7 l', quantity: 1 }],
      },
    },
    act('inventory.reserved', 'The warehouse sets the goods aside.', 'one message in her chat: both have joined', {
      ...shopper,
      orderId,
      reservationId: `res-${mark}`,
      reservedAt: at(0),
      reservedUntil: at(2 * DAY),
    }),
  ];
}
