import { randomUUID } from 'node:crypto';
import { createSampleEvent, type SampleEvent } from '@switchboard/cli/sample-event';
import type { SystemName } from '@switchboard/sandbox';

/** An event, and the mark that identifies its effects. */
export interface MarkedEvent {
  readonly event: SampleEvent;
  readonly mark: string;
  readonly reaches: readonly SystemName[];
}

const users = Array.from({ length: 200 }, (_, index) => `user-${index}-of-the-bench`);

/** Opts customers in, without which no order notifications are sent. */
export const optIns: readonly SampleEvent[] = users.map((userId) =>
  createSampleEvent('preference.updated', {
    userId,
    channels: { chat: true, email: false, slack: false, webhook: false },
    topics: { 'order.shipped': true },
    quietHours: null,
    digest: 'none',
  }),
);

/** Per twenty events: ten messages without a handler, six shipped orders, two leads and two escalations. */
export function createTraffic(): () => MarkedEvent {
  let count = 0;
  return () => {
    const turn = count % 20;
    count += 1;
    const mark = `m-${randomUUID().replaceAll('-', '')}`;
    if (turn % 2 === 0) return { event: createSampleEvent('message.received'), mark, reaches: [] };
    if (turn < 13) {
      const event = createSampleEvent('order.shipped', {
        userId: users[count % users.length],
        trackingNumber: mark,
        email: null,
      });
      return { event, mark, reaches: ['chat'] };
    }
    const conversation = { conversationId: mark, intent: mark };
    const email = `${mark}@example.com`;
    if (turn < 17) {
      const event = createSampleEvent('lead.captured', { ...conversation, leadId: mark, email });
      return { event, mark, reaches: ['hubspot'] };
    }
    const event = createSampleEvent('conversation.escalated', { ...conversation, customer: { name: 'Jane', email } });
    return { event, mark, reaches: ['hubspot', 'zendesk'] };
  };
}
