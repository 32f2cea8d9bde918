import { createKafka, type KafkaConnection } from './connection.ts';
import { openReader, type StoredRecord } from './reader.ts';
import { logRanges } from './topics.ts';

/** Hands every record that the topics hold at this moment to `take`, partition by partition in order, and returns. */
export async function readTopics(
  connection: KafkaConnection,
  topics: readonly string[],
  take: (record: StoredRecord) => void,
): Promise<void> {
  const reader = openReader(connection);
  try {
    await reader.read(await logRanges(connection, topics), take);
  } finally {
    await reader.close();
  }
}

/** Moves a group's committed offset; the group must have no members. */
export async function setCommittedOffset(
  connection: KafkaConnection,
  groupId: string,
  { topic, partition, offset }: { topic: string; partition: number; offset: number },
): Promise<void> {
  const admin = createKafka(connection, 'switchboard-admin').admin();
  await admin.connect();
  try {
    await admin.setOffsets({ groupId, topic, partitions: [{ partition, offset: String(offset) }] });
  } finally {
    await admin.disconnect();
  }
}
