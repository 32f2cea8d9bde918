import { randomUUID } from 'node:crypto';
import { type AnyEvent, catalogue, eventHeaders, readFields } from '@switchboard/events';
import { createCodec, createPublisher, createTopics } from '@switchboard/kafka';
import { createLogger } from '@switchboard/service';
import type { Stack } from '@switchboard/stack';

export const keyName = (index: number): string => `key-${index}`;

/** A new topic with `events` events of `keys` keys, about 1 KB each when `text` is that long. */
export async function fillTopic(
  stack: Stack,
  {
    partitions,
    keys,
    events,
    textLength = 0,
  }: { partitions: number; keys: number; events: number; textLength?: number },
): Promise<string> {
  const topic = `bench.${randomUUID().slice(0, 8)}`;
  const connection = { brokers: stack.brokers };
  await createTopics(connection, { topics: [topic], partitions, replication: 1 });
  const logger = createLogger('load', 'warn');
  const publisher = await createPublisher({ ...connection, clientId: 'load', logger, deadlineMs: 60_000 });
  const codec = await createCodec({ registryUrl: stack.registryUrl });
  const read = readFields('message.received', catalogue['message.received'].example);
  if (!read.ok) throw new Error('the example violates its schema');
  const now = Date.now();
  const text = 'x'.repeat(textLength);
  const inFlight = new Set<Promise<void>>();
  for (let index = 0; index < events; index += 1) {
    const conversationId = keyName(index % keys);
    const meta = { id: `${index}`, source: 'bench', tenant: 'acme', occurredAt: now, receivedAt: now, extra: null };
    const event: AnyEvent = { ...read.fields, meta: { ...meta, type: 'message.received' }, conversationId, text };
    const record = { topic, key: `acme:${conversationId}`, value: codec.encode(event), headers: eventHeaders(event) };
    const sent = publisher.publish(record).finally(() => inFlight.delete(sent));
    inFlight.add(sent);
    if (inFlight.size >= 2_000) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  await publisher.close();
  return topic;
}
