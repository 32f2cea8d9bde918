import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeliveryError,
  type KafkaConnection,
  type OutgoingRecord,
  openReader,
  type Publisher,
  type StoredRecord,
} from '@switchboard/kafka';
import { RETRY_HEADERS } from '../assignment/headers.ts';
import { deadLetterTopicOf } from '../retry/retry-topics.ts';
import { type DeadLetter, letterPlace } from './dead-letters.ts';
import { openLedger } from './ledger.ts';

export interface RedriveOptions {
  connection: KafkaConnection;
  publisher: Publisher;
  /** The first retry topic of the service. */
  retryTopic: string;
  /** Letters per second. */
  rate: number;
  /** Stops the redrive between two letters. */
  signal?: AbortSignal;
  /** Called after each letter. */
  redriven?(letter: DeadLetter): void;
  /** Called for a letter that Kafka refuses for good, such as one that is too large. The others continue. */
  refused?(letter: DeadLetter, error: DeliveryError): void;
}

/** The letters that are read at a time, and about how many bytes. */
const CHUNK = 500;
const CHUNK_BYTES = 16 * 1024 * 1024;
const MOST_AT_ONCE = 256;

/**
 * Sends dead letters of one service to its retry topic, at a steady rate. Writes the record first, then the entry in
 * the ledger. Between the two, a letter is still open, and sending it again is harmless, since the consumer runs an
 * event once for each redrive number. Earlier events of a key go first.
 * @returns the number of letters sent
 */
export async function redrive(letters: readonly DeadLetter[], options: RedriveOptions): Promise<number> {
  const { connection, publisher, retryTopic, rate, signal, redriven, refused } = options;
  const [first] = letters;
  if (first === undefined) return 0;
  const write = await openLedger(connection, deadLetterTopicOf(first.service), publisher.publish);
  const pending = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let sent = 0;
  let started = 0;

  async function send(letter: DeadLetter, record: StoredRecord): Promise<void> {
    try {
      await publisher.publish(redrivenRecord(letter, record, retryTopic));
    } catch (error) {
      if (!isFinal(error)) throw error;
      refused?.(letter, error);
      return;
    }
    await write(letterPlace(letter), { action: 'redriven', at: Date.now(), redrives: letter.redrives });
    sent += 1;
    redriven?.(letter);
  }

  const isOver = (): boolean => signal?.aborted === true || failures.length > 0;
  const reader = openReader(connection);
  try {
    const startedAt = performance.now();
    for (const chunk of chunksOf([...letters].sort(byOrigin))) {
      const records = await readRecords(reader, chunk);
      for (const letter of chunk) {
        // Late letters skip the timer, or the redrive would never catch up.
        const early = startedAt + (started * 1_000) / rate - performance.now();
        if (early > 0) await sleep(early);
        while (pending.size >= MOST_AT_ONCE) await Promise.race(pending);
        if (isOver()) break;
        const record = records.get(letter.id);
        // Retention has deleted the letter since it was listed.
        if (record === undefined) continue;
        started += 1;
        const sending: Promise<void> = send(letter, record)
          .catch((error) => void failures.push(error))
          .finally(() => pending.delete(sending));
        pending.add(sending);
      }
      if (isOver()) break;
    }
  } finally {
    await Promise.all(pending);
    await reader.close();
  }
  if (failures.length > 0) throw failures[0];
  return sent;
}

function byOrigin({ origin: one }: DeadLetter, { origin: other }: DeadLetter): number {
  if (one.topic !== other.topic) return one.topic < other.topic ? -1 : 1;
  return one.partition - other.partition || one.offset - other.offset;
}

function* chunksOf(letters: readonly DeadLetter[]): Generator<DeadLetter[]> {
  let chunk: DeadLetter[] = [];
  let bytes = 0;
  for (const letter of letters) {
    chunk.push(letter);
    bytes += letter.bytes;
    if (chunk.length < CHUNK && bytes < CHUNK_BYTES) continue;
    yield chunk;
    chunk = [];
    bytes = 0;
  }
  if (chunk.length > 0) yield chunk;
}

/** Reads the records of the letters, and skips those between them. */
export async function readRecords(
  reader: Pick<ReturnType<typeof openReader>, 'read'>,
  letters: readonly DeadLetter[],
): Promise<Map<string, StoredRecord>> {
  const wanted = new Set(letters.map(({ id }) => id));
  const records = new Map<string, StoredRecord>();
  const ranges = [...Map.groupBy(letters, ({ partition }) => partition)].map(([partition, list]) => {
    const offsets = list.map(({ offset }) => offset);
    const topic = deadLetterTopicOf((list[0] as DeadLetter).service);
    return {
      topic,
      partition,
      from: offsets.reduce((one, other) => Math.min(one, other)),
      to: offsets.reduce((one, other) => Math.max(one, other)) + 1,
    };
  });
  await reader.read(ranges, (record) => {
    const id = `${record.partition}-${record.offset}`;
    if (wanted.has(id)) records.set(id, record);
  });
  return records;
}

export const isFinal = (error: unknown): error is DeliveryError =>
  error instanceof DeliveryError && ['TOO_LARGE', 'INVALID_RECORD'].includes(error.code);

/** Headers that the consumer added, except for those of the origin and of the steps that are done. */
const isLeftBehind = (name: string): boolean =>
  (name.startsWith('retry-') && name !== RETRY_HEADERS.steps) || name.startsWith('__dlq.');

/** Keeps the partition of the dead letter, since all topics of a service have the same count. Headers may be wrong. */
function redrivenRecord({ redrives }: DeadLetter, record: StoredRecord, topic: string): OutgoingRecord {
  const kept = Object.entries(record.headerBytes).filter(([name]) => !isLeftBehind(name));
  return {
    topic,
    partition: record.partition,
    key: record.key,
    value: record.value,
    headers: { ...Object.fromEntries(kept), [RETRY_HEADERS.redrive]: String(redrives + 1) },
  };
}
