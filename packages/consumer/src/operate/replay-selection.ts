import {
  type KafkaConnection,
  logOffsets,
  logRanges,
  openReader,
  type Range,
  type StoredRecord,
} from '@switchboard/kafka';
import { asConsumed } from './dead-letters.ts';
import type { ReplaySelection } from './replays.ts';

/** Several instances of ingest write a partition, so its timestamps are only roughly in order. */
const CLOCKS_APART_MS = 60_000;

/** The parts of the topics that can have events of the selection. They end where the topics end now. */
export async function replayRanges(
  connection: KafkaConnection,
  topics: readonly string[],
  { since, until }: Pick<ReplaySelection, 'since' | 'until'>,
): Promise<Range[]> {
  const [ranges, beyond] = await Promise.all([
    logRanges(connection, topics, since),
    logRanges(connection, topics, until + CLOCKS_APART_MS),
  ]);
  return ranges.flatMap((range) => {
    const end = beyond.find(({ topic, partition }) => topic === range.topic && partition === range.partition);
    const to = Math.min(range.to, end?.from ?? range.to);
    return to > range.from ? [{ ...range, to }] : [];
  });
}

/** A topic whose records Kafka has deleted, and when its oldest record is from, in epoch ms. */
export interface Gone {
  readonly topic: string;
  readonly oldest: number;
}

/** The topics in which Kafka may have deleted events from after `since`. */
export async function goneSince(
  connection: KafkaConnection,
  topics: readonly string[],
  since: number,
): Promise<Gone[]> {
  const logs = await logOffsets(connection, topics);
  const heads = topics.flatMap((topic, index) =>
    (logs[index] ?? [])
      .filter(({ low, high }) => low > 0 && high > low)
      .map(({ partition, low }) => ({ topic, partition, from: low, to: low + 1 })),
  );
  const oldest = new Map<string, number>();
  const reader = openReader(connection);
  try {
    await reader.read(heads, ({ topic, timestamp }) => {
      if (timestamp > since) oldest.set(topic, Math.max(timestamp, oldest.get(topic) ?? 0));
    });
  } finally {
    await reader.close();
  }
  return [...oldest].map(([topic, time]) => ({ topic, oldest: time }));
}

/** Whether a record of a source topic is selected. */
export function isSelected(record: StoredRecord, { tenant, types, since, until }: ReplaySelection): boolean {
  if (record.timestamp < since || record.timestamp > until) return false;
  if (!types.includes(record.headers.ce_type ?? '')) return false;
  const consumed = asConsumed(record, 'source');
  return consumed.defect === undefined && (tenant === undefined || consumed.tenant === tenant);
}

/** Reads the selected events in bounded memory. */
export async function findSelected(
  connection: KafkaConnection,
  selection: ReplaySelection,
  ranges: readonly Range[],
  found: (record: StoredRecord) => void,
  signal?: AbortSignal,
): Promise<void> {
  const reader = openReader(connection);
  try {
    await reader.read(
      ranges,
      (record) => {
        if (isSelected(record, selection)) found(record);
      },
      async () => signal?.aborted !== true,
    );
  } finally {
    await reader.close();
  }
}
