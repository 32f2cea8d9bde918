import { type KafkaConnection, readTopics, type StoredRecord, topicNames } from '@switchboard/kafka';

export interface Search {
  topics: readonly string[];
  /** Epoch milliseconds, by the time that the event was accepted. */
  since: number;
  until?: number | undefined;
  matches(record: StoredRecord): boolean;
}

/** Reads all that was accepted in that time; Kafka has no index by id. */
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
