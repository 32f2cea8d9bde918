import { epochMs, type KafkaConnection, openReader, type Range, type StoredRecord } from '@switchboard/kafka';
import type { ScopedRedis } from '../redis/scoped-redis.ts';
import { asConsumed } from './dead-letters.ts';
import { readDone } from './marks.ts';
import type { ServiceProgress, TopicProgress } from './progress.ts';

/** How far a service is behind for one tenant. */
export interface TenantLag {
  readonly tenant: string;
  /** Its events that are not done, of those that were looked at. */
  readonly events: number;
  /** When ingest accepted the oldest of them, in epoch ms. */
  readonly oldest: number;
}

export interface TenantLags {
  /** The one with the oldest event first. */
  readonly tenants: readonly TenantLag[];
  /** Records that the service has not committed. */
  readonly records: number;
  /** How many of them were looked at, the oldest of each partition first. */
  readonly lookedAt: number;
}

/**
 * Reads what a service has not committed, of each partition at most a share of `most` records.
 * @param handles whether the service handles events of this type
 */
export async function readTenantLags(
  connection: KafkaConnection,
  redis: ScopedRedis,
  { service, sources, retries }: ServiceProgress,
  { most, handles, signal }: { most: number; handles(type: string): boolean; signal?: AbortSignal },
): Promise<TenantLags> {
  const open = [...sources, ...retries].flatMap(openRanges);
  const share = Math.max(Math.floor(most / Math.max(open.length, 1)), 1);
  const ranges = open.map(({ from, to, ...rest }) => ({ ...rest, from, to: Math.min(to, from + share) }));
  const isSource = new Set(sources.map(({ topic }) => topic));
  const tenants = new Map<string, TenantLag>();
  let page: { tenant: string; identity: string; orderKey: string; acceptedAt: number }[] = [];

  function take(record: StoredRecord): void {
    const from = isSource.has(record.topic) ? 'source' : 'retry';
    const { tenant, type, identity, orderKey, origin } = asConsumed(record, from);
    if (tenant === '' || (from === 'source' && !handles(type))) return;
    page.push({ tenant, identity, orderKey, acceptedAt: epochMs(origin.timestamp, record.timestamp) });
  }

  const reader = openReader(connection);
  try {
    await reader.read(ranges, take, async () => {
      const done = await readDone(redis, service, page);
      for (const { tenant, acceptedAt } of page.filter(({ identity }) => !done.has(identity))) {
        const { events = 0, oldest = acceptedAt } = tenants.get(tenant) ?? {};
        tenants.set(tenant, { tenant, events: events + 1, oldest: Math.min(oldest, acceptedAt) });
      }
      page = [];
      return signal?.aborted !== true;
    });
  } finally {
    await reader.close();
  }
  return {
    tenants: [...tenants.values()].sort((one, other) => one.oldest - other.oldest),
    records: sizeOf(open),
    lookedAt: sizeOf(ranges),
  };
}

const openRanges = ({ topic, partitions }: TopicProgress): Range[] =>
  partitions
    .filter(({ committed, high }) => committed < high)
    .map(({ partition, committed, high }) => ({ topic, partition, from: committed, to: high }));

const sizeOf = (ranges: readonly Range[]): number => ranges.reduce((sum, { from, to }) => sum + to - from, 0);
