import { randomUUID } from 'node:crypto';
import { type AnyEvent, catalogue, type EventType, eventHeaders, keyOf, readFields } from '@switchboard/events';
import { createCodec, createPublisher, createTopics } from '@switchboard/kafka';
import { createLogger } from '@switchboard/service';
import type { Stack } from '@switchboard/stack';

/** The two halves of a set. */
export const HALVES: readonly EventType[] = ['payment.confirmed', 'inventory.reserved'];

/** A new topic with the events of `sets` orders: first all payments, then all stock, so that many instances wait. */
export async function fillWithSets(stack: Stack, sets: number, partitions = 12): Promise<string> {
  const topic = `bench.${randomUUID().slice(0, 8)}`;
  const connection = { brokers: stack.brokers };
  await createTopics(connection, { topics: [topic], partitions, replication: 1 });
  const logger = createLogger('load', 'warn');
  const publisher = await createPublisher({ ...connection, clientId: 'load', logger, deadlineMs: 60_000 });
  const codec = await createCodec({ registryUrl: stack.registryUrl });
  const inFlight = new Set<Promise<void>>();
  for (const type of HALVES) {
    const read = readFields(type, catalogue[type].example);
    if (!read.ok) throw new Error('the example violates its schema');
    for (let index = 0; index < sets; index += 1) {
      const now = Date.now();
      const meta = { id: `${type}-${index}`, source: 'bench', tenant: 'acme', type, occurredAt: now, receivedAt: now };
      const event = {
        ...read.fields,
        meta: { ...meta, extra: null },
        orderId: `order-${index}`,
      } as unknown as AnyEvent;
      const record = { topic, key: keyOf(event), value: codec.encode(event), headers: eventHeaders(event) };
      const sent = publisher.publish(record).finally(() => inFlight.delete(sent));
      inFlight.add(sent);
      if (inFlight.size >= 2_000) await Promise.race(inFlight);
    }
  }
  await Promise.all(inFlight);
  await publisher.close();
  return topic;
}
