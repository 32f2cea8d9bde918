import { type AnyEvent, catalogue, readFields } from '@switchboard/events';
import type { Stack } from '@switchboard/stack';
import { topicWith } from '../topic-with.ts';

export const keyName = (index: number): string => `key-${index}`;

interface Load {
  partitions: number;
  keys: number;
  events: number;
  textLength?: number;
}

/** A new topic with `events` events of `keys` keys, about 1 KB each when `text` is that long. */
export const fillTopic = (stack: Stack, { partitions, ...load }: Load): Promise<string> =>
  topicWith(stack, partitions, messages(load));

function* messages({ keys, events, textLength = 0 }: Omit<Load, 'partitions'>): Generator<AnyEvent> {
  const read = readFields('message.received', catalogue['message.received'].example);
  if (!read.ok) throw new Error('the example violates its schema');
  const now = Date.now();
  const text = 'x'.repeat(textLength);
  for (let index = 0; index < events; index += 1) {
    const conversationId = keyName(index % keys);
    const meta = { id: `${index}`, source: 'bench', tenant: 'acme', occurredAt: now, receivedAt: now, extra: null };
    yield { ...read.fields, meta: { ...meta, type: 'message.received' }, conversationId, text };
  }
}
