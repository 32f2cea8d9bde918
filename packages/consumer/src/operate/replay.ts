import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DeliveryError,
  type KafkaConnection,
  type OutgoingRecord,
  openReader,
  type Publisher,
  type Range,
  type StoredRecord,
} from '@switchboard/kafka';
import { isRetryHeader, RETRY_HEADERS } from '../assignment/headers.ts';
import { isFinal } from './redrive.ts';
import { isSelected } from './replay-selection.ts';
import { openReplays, type Replay } from './replays.ts';

export interface ReplayOptions {
  connection: KafkaConnection;
  publisher: Publisher;
  /** The first retry topic of the service. */
  retryTopic: string;
  /** Events per second. */
  rate: number;
  /** Stops between two events. */
  signal?: AbortSignal;
  /** Called after each event that was sent. */
  sent?(record: StoredRecord): void;
  /** Called for an event that Kafka refuses for good, such as one that is too large. The others continue. */
  refused?(record: StoredRecord, error: DeliveryError): void;
}

const MOST_AT_ONCE = 256;
const DEADLINE_MS = 30_000;
const SAVE_EVERY_MS = 1_000;

/**
 * Sends the events that are left of a replay to the service's retry topic, at a steady rate, each partition in order.
 * The ledger is a little behind, so a replay that was killed sends some events again. That is harmless, since the
 * consumer runs an event once for each replay number.
 * @returns the replay with what is left: nothing when it is complete
 */
export async function sendReplay(replay: Replay, options: ReplayOptions): Promise<Replay> {
  const { connection, publisher, retryTopic, rate, signal } = options;
  const save = await openReplays(connection, replay.service, publisher.publish);
  /** The offset behind the last record that was read, by partition. */
  const read = new Map<string, number>();
  /** Selected records that are read and not sent: at most those of one fetch. */
  let page: StoredRecord[] = [];
  let isComplete = false;
  let { sent } = replay;
  let started = 0;
  const startedAt = performance.now();
  let savedAt = startedAt;

  const isStopped = (): boolean => signal?.aborted === true;

  function progress(): Replay {
    const unsent = new Map(page.toReversed().map((record) => [nameOf(record), record.offset]));
    const left = replay.left.flatMap((range): Range[] => {
      const from = unsent.get(nameOf(range)) ?? read.get(nameOf(range)) ?? range.from;
      return from < range.to ? [{ ...range, from }] : [];
    });
    return { ...replay, at: Date.now(), sent, left: isComplete ? [] : left };
  }

  async function send(record: StoredRecord, deadline: number): Promise<void> {
    try {
      await publisher.publish({ ...replayedRecord(record, replay.number, retryTopic), deadline });
    } catch (error) {
      if (!isFinal(error)) throw error;
      options.refused?.(record, error);
      return;
    }
    sent += 1;
    options.sent?.(record);
  }

  /** @returns whether to read on */
  async function sendPage(): Promise<boolean> {
    const mostTogether = Math.min(Math.max(Math.floor(rate / 10), 1), MOST_AT_ONCE);
    while (page.length > 0) {
      // Late events skip the timer, or the replay would never catch up.
      const early = startedAt + (started * 1_000) / rate - performance.now();
      if (early > 0) await sleep(early, undefined, { signal }).catch(() => {});
      if (isStopped()) return false;
      const together = page.slice(0, mostTogether);
      // They expire together, so that no event overtakes an earlier one of its key that could not be sent.
      const deadline = Date.now() + DEADLINE_MS;
      await Promise.all(together.map((record) => send(record, deadline)));
      started += together.length;
      page = page.slice(together.length);
      if (performance.now() - savedAt < SAVE_EVERY_MS) continue;
      await save(progress());
      savedAt = performance.now();
    }
    return !isStopped();
  }

  function take(record: StoredRecord): void {
    read.set(nameOf(record), record.offset + 1);
    if (isSelected(record, replay)) page.push(record);
  }

  const reader = openReader(connection);
  try {
    await reader.read(replay.left, take, sendPage);
    isComplete = !isStopped() && page.length === 0;
  } finally {
    await Promise.allSettled([save(progress()), reader.close()]);
  }
  return progress();
}

const nameOf = ({ topic, partition }: Pick<Range, 'topic' | 'partition'>): string => `${topic}:${partition}`;

/** Keeps the partition and the bytes of the event. */
function replayedRecord(record: StoredRecord, replay: number, topic: string): OutgoingRecord {
  const kept = Object.entries(record.headerBytes).filter(([name]) => !isRetryHeader(name));
  return {
    topic,
    partition: record.partition,
    key: record.key,
    value: record.value,
    headers: {
      ...Object.fromEntries(kept),
      [RETRY_HEADERS.originTopic]: record.topic,
      [RETRY_HEADERS.originPartition]: String(record.partition),
      [RETRY_HEADERS.originOffset]: String(record.offset),
      [RETRY_HEADERS.originTimestamp]: String(record.timestamp),
      [RETRY_HEADERS.replay]: String(replay),
    },
  };
}
