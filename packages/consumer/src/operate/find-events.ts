import { type KafkaConnection, readTopics, type StoredRecord, topicNames } from '@switchboard/kafka';

export interface Search {
  topics: readonly string[];
  /** The earliest time of acceptance, in epoch ms. */
  since: number;
  until?: number | undefined;
  matches(record: StoredRecord): boolean;
}

/** Reads all records that were accepted in that time, since Kafka has no index by id. */
export async function findEvents(connection: KafkaConnection, search: Search): Promise<StoredRecord[]> {
  const { since, until = Number.POSITIVE_INFINITY, matches } = search;
  const existing = await topicNames(connection);
  const topics = search.topics.filter((topic) => existing.includes(topic));
  const found: StoredRecord[] = [];
  await readTopics(
    connection,
    topics,
    (record) => {
      if (record.timestamp >= since && record.timestamp <= until && matches(record)) found.push(record);
    },
    since,
  );
  return found.sort((one, other) => one.timestamp - other.timestamp);
}
