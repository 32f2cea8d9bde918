import { type ClusterMetadata, Consumer, type KafkaRecord } from '@platformatic/kafka';
import { brokerList, type KafkaConnection } from './connection.ts';
import { KafkaError } from './error.ts';
import { security } from './publish/platformatic-client.ts';
import { refusedByKafka } from './refused.ts';

/** A record as stored in a topic. */
export interface StoredRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The headers as bytes; the last value of a repeated header. */
  readonly headerBytes: Readonly<Record<string, Buffer>>;
  readonly timestamp: number;
}

/** A partition's records from one offset up to, and excluding, another. */
export interface Range {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Reads without joining a group: it leaves no state at the brokers and waits for no rebalance. */
export interface Reader {
  /**
   * Delivers every record of the ranges, each partition in order.
   * @param digest awaited after each fetch, of at most 8 MiB from a broker. Resolves to whether to read on.
   */
  read(ranges: readonly Range[], take: (record: StoredRecord) => void, digest?: () => Promise<boolean>): Promise<void>;
  /** The offset of the next record, by topic and partition. */
  ends(topics: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>>;
  close(): Promise<void>;
}

const SETTINGS = {
  clientId: 'switchboard-reader',
  // The client requires a group id, but does not use it without joining a group.
  groupId: 'switchboard-reader',
  // Every acknowledged record counts.
  isolationLevel: 0,
  minBytes: 1,
  maxBytes: 8 * 1024 * 1024,
  maxWaitTime: 250,
  retries: 5,
  retryDelay: 200,
  connectTimeout: 3_000,
  timeout: 10_000,
  autocreateTopics: false,
} as const;
const PARTITION_BYTES = 1024 * 1024;
/** A partition that should have records but delivers none for this long has lost its leader or its log. */
const SILENCE_MS = 30_000;

interface Cursor {
  readonly topic: string;
  readonly partition: number;
  readonly to: number;
  next: number;
}

export function openReader(connection: KafkaConnection): Reader {
  const brokers = brokerList(connection);
  const consumer = new Consumer({ ...SETTINGS, ...security(connection), bootstrapBrokers: brokers });

  const refused = (error: unknown, topics: readonly string[]) =>
    refusedByKafka(error, connection, `Read on topic ${topics.join(' or ')}`);

  async function describe(topics: string[]): Promise<ClusterMetadata> {
    consumer.topics.trackAll(...topics);
    try {
      return await consumer.metadata({ topics: consumer.topics.current });
    } catch (error) {
      const message = `Cannot read the topics ${topics.join(', ')} from ${brokers.join(', ')}`;
      throw refused(error, topics) ?? new KafkaError('UNREACHABLE', message, { cause: error });
    }
  }

  /** Sends one fetch to one broker for everything left to read there. @returns whether any records came */
  async function fetch(node: number, cursors: Cursor[], ids: Map<string, string>, take: Take): Promise<boolean> {
    const byTopic = Map.groupBy(cursors, ({ topic }) => topic);
    const request = consumer.fetch({
      node,
      topics: [...byTopic].map(([topic, list]) => ({
        topicId: ids.get(topic) as string,
        partitions: list.map(({ partition, next }) => ({
          partition,
          fetchOffset: BigInt(next),
          partitionMaxBytes: PARTITION_BYTES,
          currentLeaderEpoch: -1,
          lastFetchedEpoch: -1,
        })),
      })),
    });
    const { responses } = await request.catch((error) => {
      throw refused(error, [...byTopic.keys()]) ?? error;
    });
    let progress = false;
    for (const { topicId, partitions } of responses) {
      for (const answer of partitions) {
        const cursor = cursors.find(
          ({ topic, partition }) => ids.get(topic) === topicId && partition === answer.partitionIndex,
        );
        if (cursor !== undefined && takeAnswer(cursor, answer, take)) progress = true;
      }
    }
    return progress;
  }

  return {
    async read(ranges, take, digest) {
      let unread = ranges
        .filter(({ from, to }) => to > from)
        .map(({ from, ...rest }): Cursor => ({ ...rest, next: from }));
      let lastProgress = performance.now();
      while (unread.length > 0) {
        const { topics } = await describe([...new Set(unread.map(({ topic }) => topic))]);
        const ids = new Map([...topics].map(([name, { id }]) => [name, id]));
        const byLeader = Map.groupBy(
          unread,
          ({ topic, partition }) => topics.get(topic)?.partitions[partition]?.leader ?? -1,
        );
        const answers = await Promise.all([...byLeader].map(([node, cursors]) => fetch(node, cursors, ids, take)));
        if (answers.includes(true)) lastProgress = performance.now();
        unread = unread.filter(({ next, to }) => next < to);
        if (digest !== undefined) {
          const digestedFrom = performance.now();
          if (!(await digest())) return;
          lastProgress += performance.now() - digestedFrom;
        }
        if (performance.now() - lastProgress > SILENCE_MS) {
          const names = unread.map(({ topic, partition, next }) => `${topic}[${partition}] at ${next}`);
          throw new KafkaError('UNREACHABLE', `Kafka returns no records of ${names.join(', ')}: check the partitions`);
        }
      }
    },
    async ends(topics) {
      const ends = await consumer.listOffsets({ topics: [...topics] });
      return new Map([...ends].map(([topic, offsets]) => [topic, offsets.map(Number)]));
    },
    close: () => consumer.close(true),
  };
}

type Take = (record: StoredRecord) => void;
type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;
type FetchedPartition = FetchResponse['responses'][number]['partitions'][number];

const IS_CONTROL = 0x20;
const HAS_APPEND_TIME = 0x08;

/** @returns whether the cursor moved */
function takeAnswer(cursor: Cursor, { records }: FetchedPartition, take: Take): boolean {
  const before = cursor.next;
  for (const batch of records ?? []) {
    const { firstOffset, lastOffsetDelta, firstTimestamp, maxTimestamp, attributes } = batch;
    for (const record of (attributes & IS_CONTROL) === 0 ? batch.records : []) {
      const offset = Number(firstOffset) + record.offsetDelta;
      if (offset < cursor.next || offset >= cursor.to) continue;
      const time = (attributes & HAS_APPEND_TIME) === 0 ? firstTimestamp + record.timestampDelta : maxTimestamp;
      take(new ReadRecord(cursor.topic, cursor.partition, offset, Number(time), record));
    }
    // Where compaction has left gaps, the batch still says how far it reaches.
    cursor.next = Math.max(cursor.next, Number(firstOffset) + lastOffsetDelta + 1);
  }
  return cursor.next > before;
}

/** Most records are only scanned, so headers are decoded to text on demand. */
class ReadRecord implements StoredRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly #raw: KafkaRecord['headers'];
  #headers: Record<string, string> | undefined;

  constructor(
    topic: string,
    partition: number,
    offset: number,
    timestamp: number,
    { key, value, headers }: KafkaRecord,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.offset = offset;
    this.timestamp = timestamp;
    this.key = key;
    this.value = value;
    this.#raw = headers;
  }

  get headerBytes(): Record<string, Buffer> {
    return Object.fromEntries(this.#raw.map(([name, text]) => [String(name), text ?? Buffer.alloc(0)]));
  }

  get headers(): Record<string, string> {
    this.#headers ??= Object.fromEntries(this.#raw.map(([name, text]) => [String(name), String(text ?? '')]));
    return this.#headers;
  }
}
