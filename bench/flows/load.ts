import { type AnyEvent, catalogue, type EventType, readFields } from '@switchboard/events';
import type { Stack } from '@switchboard/stack';
import { topicWith } from '../topic-with.ts';

/** The two halves of a set. */
export const HALVES: readonly EventType[] = ['payment.confirmed', 'inventory.reserved'];

/** A new topic with the events of `sets` orders: first all payments, then all stock, so that many instances wait. */
export const fillWithSets = (stack: Stack, sets: number, partitions = 12): Promise<string> =>
  topicWith(stack, partitions, halvesOf(sets));

function* halvesOf(sets: number): Generator<AnyEvent> {
  for (const type of HALVES) {
    const read = readFields(type, catalogue[type].example);
    if (!read.ok) throw new Error('the example violates its schema');
    for (let index = 0; index < sets; index += 1) {
      const now = Date.now();
      const meta = { id: `${type}-${index}`, source: 'bench', tenant: 'acme', type, occurredAt: now, receivedAt: now };
      yield { ...read.fields, meta: { ...meta, extra: null }, orderId: `order-${index}` } as unknown as AnyEvent;
    }
  }
}
