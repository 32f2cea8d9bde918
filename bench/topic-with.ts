import { randomUUID } from 'node:crypto';
import { type AnyEvent, eventHeaders, keyOf } from '@switchboard/events';
import { createCodec, createPublisher, createTopics } from '@switchboard/kafka';
import { createLogger } from '@switchboard/service';
import type { Stack } from '@switchboard/stack';

/** More would only fill the publisher's memory. */
const MOST_UNDER_WAY = 2_000;

/** Publishes the events to a new topic. @returns its name */
export async function topicWith(stack: Stack, partitions: number, events: Iterable<AnyEvent>): Promise<string> {
  const topic = `bench.${randomUUID().slice(0, 8)}`;
  const connection = { brokers: stack.brokers };
  await createTopics(connection, { topics: [topic], partitions, replication: 1 });
  const logger = createLogger('load', 'warn');
  const publisher = await createPublisher({ ...connection, clientId: 'load', logger, deadlineMs: 60_000 });
  const codec = await createCodec({ registryUrl: stack.registryUrl });
  const underWay = new Set<Promise<void>>();
  for (const event of events) {
    const record = { topic, key: keyOf(event), value: codec.encode(event), headers: eventHeaders(event) };
    const sent = publisher.publish(record).finally(() => underWay.delete(sent));
    underWay.add(sent);
    if (underWay.size >= MOST_UNDER_WAY) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  await publisher.close();
  return topic;
}
