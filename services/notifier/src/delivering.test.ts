import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createAvailability } from '@switchboard/consumer';
import type { Delivery } from './channels/channel.ts';
import { createDelivering } from './delivering.ts';
import type { Entry, Message } from './waiting/waiting-messages.ts';

const NOW = 1_768_471_200_000;

const messageOf = (id: string): Message => ({
  id,
  event: id,
  type: 'order.shipped',
  tenant: 'acme',
  userId: 'jane',
  channel: 'chat',
  values: {},
  locale: null,
  urgent: false,
  occurredAt: NOW,
  receivedAt: NOW,
  expiresAt: NOW + 3_600_000,
});
const JANE = {
  channels: { chat: true },
  topics: { 'order.shipped': true },
  digest: 'hourly',
  quietHours: undefined,
  timeZone: undefined,
  locale: undefined,
  email: undefined,
  slackUserId: undefined,
  webhookUrl: undefined,
} as const;

/** The messages sent for a digest, given the content of its first try. */
async function sentOf(
  messages: readonly [Message, ...Message[]],
  of: readonly string[],
): Promise<Delivery | undefined> {
  let sent: Delivery | undefined;
  const deliver = createDelivering({
    waiting: { begin: async () => 'go', postpone: async () => {}, finish: async () => {} },
    recipients: { preferencesOf: async () => [JANE] },
    templates: { render: () => ({ title: 'new', text: 'new' }) },
    outlets: {
      agentsChannelOf: () => undefined,
      of: () => ({
        name: 'chat',
        send: async (delivery) => {
          sent = delivery;
          return undefined;
        },
      }),
    },
    availability: createAvailability(),
    ratePerHour: 20,
    defaultLocale: 'en',
    sendTimeoutMs: 1_000,
    metrics: { ended: () => {}, stop: () => {} },
    now: () => NOW,
  });
  const entry: Entry = {
    id: 'digest-1',
    token: 't',
    target: 'chat',
    tries: 1,
    again: true,
    messages,
    content: { title: 'kept', text: 'kept', of },
  };
  await deliver(entry, new AbortController().signal);
  return sent;
}

it('a repeat says what the first try said, in whatever order Redis has the messages', async () => {
  const [a, b] = [messageOf('a'), messageOf('b')];
  assert.equal((await sentOf([a, b], ['a', 'b']))?.text, 'kept');
  assert.equal((await sentOf([b, a], ['a', 'b']))?.text, 'kept');
});

it('a repetition with fewer or more messages has new content', async () => {
  const [a, b] = [messageOf('a'), messageOf('b')];
  for (const messages of [[a], [b], [a, b]] as const)
    assert.match((await sentOf(messages, ['a', 'b', 'c']))?.text ?? '', /new/);
});
