import type { KafkaConnection } from './connection.ts';
import { openReader, type StoredRecord } from './reader.ts';
import { logRanges, withAdmin } from './topics.ts';

/**
 * Passes every record that the topics hold now to `take`, partition by partition and in order.
 * @param since skip records before this time (epoch ms)
 */
export async function readTopics(
  connection: KafkaConnection,
  topics: readonly string[],
  take: (record: StoredRecord) => void,
  since?: number,
): Promise<void> {
  const reader = openReader(connection);
  try {
    await reader.read(await logRanges(connection, topics, since), take);
  } finally {
    await reader.close();
  }
}

/** Moves a group's committed offset. The group must have no members. */
export function setCommittedOffset(
  connection: KafkaConnection,
  groupId: string,
  { topic, partition, offset }: { topic: string; partition: number; offset: number },
): Promise<void> {
  return withAdmin(connection, (admin) =>
    admin.setOffsets({ groupId, topic, partitions: [{ partition, offset: String(offset) }] }),
  );
}
