import { createTopics, describeTopics, type KafkaConnection, KafkaError } from '@switchboard/kafka';
import type { RetryTopics } from './retry-topics.ts';

/** The consumer adds headers, and every record of a source topic must fit into the retry topics. */
const MOST_BYTES = 3 * 1024 * 1024;
/** The limit of one record. The rest is for the batch around it. */
export const RETRY_RECORD_BYTES = MOST_BYTES - 4 * 1024;

/**
 * Creates the retry and dead-letter topics of a service with the partition count and replication of its source
 * topics. An event keeps its partition number in all of them.
 * @throws KafkaError when a source topic is missing, the counts differ, or an existing topic has another count.
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
