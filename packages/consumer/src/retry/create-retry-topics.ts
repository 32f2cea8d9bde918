import { createTopics, describeTopics, type KafkaConnection, KafkaError } from '@switchboard/kafka';
import type { RetryTopics } from './retry-topics.ts';

/** Headers are added on the way; what fitted into the source must fit into the topics of the chain. */
const MOST_BYTES = 3 * 1024 * 1024;
/** Of one record; the rest is for the batch around it. */
export const RETRY_RECORD_BYTES = MOST_BYTES - 4 * 1024;

/**
 * Creates the retry and dead-letter topics of a service with the partition count and replication of its sources:
 * an event keeps its partition number all the way through the chain.
 * @throws KafkaError when a source is missing, the sources differ, or a topic of the chain has another count.
 */
export async function createRetryTopics(
  connection: KafkaConnection,
  sources: readonly string[],
  retryTopics: RetryTopics,
): Promise<void> {
  const descriptions = await describeTopics(connection, sources);
  const [first] = descriptions;
  if (first === undefined) return;
  for (const { topic, partitions } of descriptions) {
    if (partitions !== first.partitions) {
      throw new KafkaError(
        'PARTITION_MISMATCH',
        `${retryTopics.service} consumes ${first.topic} with ${first.partitions} partitions and ${topic} with ${partitions}: ` +
          'its retry topics need one count. Give both topics the same, or split the service.',
      );
    }
  }
  await createTopics(connection, {
    topics: retryTopics.topics,
    partitions: first.partitions,
    replication: first.replication,
    config: { 'max.message.bytes': String(MOST_BYTES) },
  });
}
