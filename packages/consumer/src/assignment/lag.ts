import type { Reader } from '@switchboard/kafka';
import type { Logger } from 'pino';
import { type AssignedPartition, waitsSince } from './assigned-partition.ts';
import type { Assignment } from './assignment.ts';
import { RETRY_HEADERS } from './headers.ts';
import { readDueAt } from './record.ts';

/** The lag of a partition behind its log. */
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number;
  /** Records that are not committed. */
  readonly records: number;
  /** The wait of the oldest unfinished record. */
  readonly seconds: number;
}

export interface LagWatch {
  /** The lag of the partitions that this process owns, from memory: makes no request. */
  read(): PartitionLag[];
  stop(): Promise<void>;
}

export interface LagOptions {
  reader: Pick<Reader, 'ends' | 'read' | 'close'>;
  assignment(): Assignment | undefined;
  paused(): number;
  logger: Logger;
}

/** The maximum age of the figures for a paused partition. */
const LOOK_EVERY_MS = 1_000;
/** Partitions that are being read know their lag; only the end of their log is looked up, once in this many looks. */
const LOOKS_APART = 5;

/**
 * Tracks the age of the oldest unfinished record of each partition, read or not. The partition knows the age of
 * records in memory. If it has none and its log continues, the watch reads the first record that follows.
 */
export function createLagWatch({ reader, assignment, paused, logger }: LagOptions): LagWatch {
  let looks = 0;
  let looking: Promise<void> | undefined;
  let lookedAt: Assignment | undefined;
  let complained = false;
  let stopped = false;

  async function look(current: Assignment): Promise<void> {
    const { partitions } = current;
    const ends = await reader.ends([...new Set(partitions.map(({ topic }) => topic))]);
    const endOf = ({ topic, partition }: { topic: string; partition: number }): number =>
      ends.get(topic)?.[partition] ?? 0;
    const unread = partitions.flatMap((entry) => {
      const { topic, partition, expected = Number.POSITIVE_INFINITY, isEmpty } = entry;
      const isNews = isEmpty && expected < endOf(entry) && entry.unread?.offset !== expected;
      return isNews ? [{ topic, partition, from: expected, to: expected + 1 }] : [];
    });
    let failure: unknown;
    try {
      await reader.read(unread, ({ topic, partition, offset, headerBytes, timestamp }) => {
        const entry = current.find(topic, partition);
        if (entry === undefined) return;
        const dueAt = readDueAt(entry, headerBytes[RETRY_HEADERS.dueAt], timestamp);
        entry.unread = { offset, since: waitsSince(dueAt, timestamp) };
      });
    } catch (error) {
      failure = error;
    }
    // Ends are set after the reads, and only where the read succeeded: with an end but no record before it, the lag
    // would show a new record as an old one.
    const isUnknown = (entry: AssignedPartition): boolean =>
      unread.some(({ topic, partition }) => topic === entry.topic && partition === entry.partition);
    for (const entry of partitions) if (failure === undefined || !isUnknown(entry)) entry.end = endOf(entry);
    if (failure !== undefined) throw failure;
  }

  const timer = setInterval(() => {
    const current = assignment();
    looks += 1;
    const isTime = current !== lookedAt || paused() > 0 || looks % LOOKS_APART === 0;
    if (looking !== undefined || current?.active !== true || !isTime) return;
    looking = look(current)
      .then(() => {
        lookedAt = current;
        complained = false;
      })
      .catch((error) => {
        if (!complained && !stopped) logger.warn({ err: error }, 'could not look up the lag: keeping the last figures');
        complained = true;
      })
      .finally(() => {
        looking = undefined;
      });
  }, LOOK_EVERY_MS);

  return {
    read() {
      const current = assignment();
      const now = Date.now();
      return (current?.active === true ? current.partitions : []).flatMap((entry) => {
        const { topic, partition, committed, expected, end, waitsSince: since = now } = entry;
        if (committed === undefined || expected === undefined) return [];
        const records = Math.max(end, expected) - committed;
        return [{ topic, partition, committed, records, seconds: Math.max(now - since, 0) / 1_000 }];
      });
    },
    async stop() {
      clearInterval(timer);
      stopped = true;
      await reader.close();
    },
  };
}
