import { randomUUID } from 'node:crypto';
import { createSampleEvent, type SampleEvent, type Webhook } from '@switchboard/cli/sample-event';
import type { Installation } from '../flow/installation.ts';

const mark = (): string => randomUUID().slice(0, 8);

export const escalation = (changes: Record<string, unknown> = {}): SampleEvent =>
  createSampleEvent('conversation.escalated', {
    conversationId: `conv-${mark()}`,
    customer: { name: 'Jane Doe', email: `jane.${mark()}@example.com` },
    ...changes,
  });

/** A realistic mix of events: mostly valid, some rejected, some without a handler that has anything to do. */
export async function sendDailyMix(switchboard: Installation, rounds: number): Promise<void> {
  const events: Webhook[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const repeated = escalation();
    events.push(
      repeated,
      repeated,
      escalation({ customer: null }),
      createSampleEvent('conversation.resolved'),
      createSampleEvent('order.shipped'),
      createSampleEvent('article.published'),
      { source: 'shop', body: '{"event":"no.such.event","data":{}}' },
      { source: 'escalation', body: '{"event":"conversation.escalated","data":{"conversationId":7}}' },
    );
  }
  await switchboard.send(events);
}
