import { type KafkaConnection, logRanges, openReader, type StoredRecord, topicNames } from '@switchboard/kafka';
import type { ServiceNotes } from '../redis/latest-notes.ts';
import type { ScopedRedis } from '../redis/scoped-redis.ts';
import { asConsumed, type DeadLetter } from './dead-letters.ts';
import { readDone } from './marks.ts';
import type { ServiceProgress } from './progress.ts';
import { findWhereabouts, type Whereabouts } from './whereabouts.ts';

/** A service whose events are looked up. */
export interface ServiceView {
  readonly progress: ServiceProgress;
  /** Its dead letters, by `letterPlace`. */
  readonly letters: ReadonlyMap<string, DeadLetter>;
  readonly notes: ServiceNotes;
  /** The source topics that it reads in its current version. */
  readonly topics: readonly string[];
  handles(type: string): boolean;
}

/** An event that has had no effect in a service. */
export interface Undelivered {
  readonly service: string;
  readonly record: StoredRecord;
  /** Undefined for events beyond the bound of those that are looked up. */
  readonly whereabouts: Whereabouts | undefined;
}

export interface UndeliveredSearch {
  readonly tenant: string;
  /** When Kafka took the events, in epoch ms. */
  readonly since: number;
  readonly until: number;
  readonly doneTtlMs: number;
  readonly signal?: AbortSignal;
}

/** The bulk of the events is done; the others cost several commands each. */
const MOST_LOOKED_UP = 20_000;
const LOOKED_UP_TOGETHER = 200;

/** Reads the events of a tenant in bounded memory, and passes on those that have had no effect. */
export async function findUndelivered(
  connection: KafkaConnection,
  redis: ScopedRedis,
  views: readonly ServiceView[],
  search: UndeliveredSearch,
  found: (undelivered: Undelivered) => void,
): Promise<void> {
  const { tenant, since, until, doneTtlMs, signal } = search;
  const existing = new Set(await topicNames(connection));
  const topics = [...new Set(views.flatMap((view) => view.topics))].filter((topic) => existing.has(topic));
  let page: { readonly record: StoredRecord; readonly identity: string; readonly orderKey: string }[] = [];
  let lookedUp = 0;

  function take(record: StoredRecord): void {
    if (record.timestamp < since || record.timestamp > until) return;
    const { defect, identity, orderKey, tenant: owner } = asConsumed(record, 'source');
    if (defect === undefined && owner === tenant) page.push({ record, identity, orderKey });
  }

  async function lookUp({ progress, letters, notes, topics: read, handles }: ServiceView): Promise<void> {
    const { service } = progress;
    const own = page.filter(({ record }) => read.includes(record.topic) && handles(record.headers.ce_type ?? ''));
    const done = await readDone(redis, service, own);
    const { reasons } = notes;
    const open = own.filter(({ identity }) => {
      const reason = reasons.get(identity);
      return !done.has(identity) || reason !== undefined;
    });
    for (let start = 0; start < open.length; start += LOOKED_UP_TOGETHER) {
      const part = open.slice(start, start + LOOKED_UP_TOGETHER);
      const isBeyond = lookedUp >= MOST_LOOKED_UP;
      lookedUp += part.length;
      const whereabouts = await Promise.all(
        part.map(({ record, identity }): Whereabouts | undefined | Promise<Whereabouts> => {
          if (done.has(identity)) return { state: 'done', reason: reasons.get(identity) };
          return isBeyond ? undefined : findWhereabouts(redis, record, progress, letters, doneTtlMs, notes);
        }),
      );
      for (const [index, { record }] of part.entries()) {
        const one = whereabouts[index];
        if (one === undefined || hasNoEffect(one)) found({ service, record, whereabouts: one });
      }
    }
  }

  const reader = openReader(connection);
  try {
    await reader.read(await logRanges(connection, topics, since), take, async () => {
      if (page.length > 0) for (const view of views) await lookUp(view);
      page = [];
      return signal?.aborted !== true;
    });
  } finally {
    await reader.close();
  }
}

/** An event may be done since its mark was asked for; without a mark, an event of long ago counts as done. */
const hasNoEffect = (whereabouts: Whereabouts): boolean =>
  whereabouts.state === 'done' ? whereabouts.reason !== undefined : whereabouts.state !== 'unknown';
