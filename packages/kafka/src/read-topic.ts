import { randomUUID } from 'node:crypto';
import type { KafkaMessage } from 'kafkajs';
import { createKafka, type KafkaConnection } from './connection.ts';
import { untilUsable } from './topics.ts';

/** A record as it stands in a topic. */
export interface StoredRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

/** Hands every record that the topics hold at this moment to `take`, partition by partition in order, and returns. */
export async function readTopics(
  connection: KafkaConnection,
  topics: readonly string[],
  take: (record: StoredRecord) => void,
): Promise<void> {
  const kafka = createKafka(connection, 'switchboard-reader');
  const admin = kafka.admin();
  const groupId = `switchboard-reader-${randomUUID()}`;
  let finished = false;
  // A consumer that crashes while it is disconnected would come back afterwards, for ever.
  const retry = { restartOnFailure: async () => !finished };
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, retry });
  await admin.connect();
  try {
    const unread = new Map<string, number>();
    for (const topic of topics) {
      for (const { partition, low, high } of await untilUsable(() => admin.fetchTopicOffsets(topic))) {
        if (Number(high) > Number(low)) unread.set(`${topic}:${partition}`, Number(high));
      }
    }
    if (unread.size === 0) return;
    // kafkajs restarts after a passing error, and begins anew.
    const next = new Map<string, number>();
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            const name = `${batch.topic}:${batch.partition}`;
            const end = unread.get(name) ?? 0;
            for (const message of batch.messages) {
              const offset = Number(message.offset);
              if (offset < (next.get(name) ?? 0) || offset >= end) continue;
              next.set(name, offset + 1);
              take(stored(batch.topic, batch.partition, message));
            }
            if (Number(batch.lastOffset()) + 1 >= end) unread.delete(name);
            if (unread.size === 0) resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    finished = true;
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => {});
    await admin.disconnect();
  }
}

function stored(topic: string, partition: number, message: KafkaMessage): StoredRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) headers[name] = String(value);
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: message.key,
    value: message.value,
    headers,
    timestamp: Number(message.timestamp),
  };
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
