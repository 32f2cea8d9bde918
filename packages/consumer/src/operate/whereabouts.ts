import type { StoredRecord } from '@switchboard/kafka';
import type { ScopedRedis } from '../redis/scoped-redis.ts';
import type { OutsideEffect } from '../run/outside-effect.ts';
import { asConsumed, type DeadLetter } from './dead-letters.ts';
import { placeName } from './ledger.ts';
import { readMark, type Waiting } from './marks.ts';
import type { ServiceProgress } from './progress.ts';

/**
 * The state of an event in a service:
 * done — it had its effect, or needed none, for the `reason` that the handler gave; dead, purged — see the letter;
 * redriven — sent to a retry topic, not started yet; running — a worker has the lease; waiting — in a retry topic;
 * skipped — the service does not handle its type; unknown — skipped, or done so long ago that the mark has expired;
 * pending — the service has not read it, `before` records come before it; elsewhere — the service does not read its
 * topic; unread — no instance of the service runs, and it has committed nothing in this topic.
 */
export type Whereabouts =
  | { readonly state: 'redriven' | 'running' | 'skipped' | 'unknown' | 'elsewhere' | 'unread' }
  | { readonly state: 'done'; readonly reason: string | undefined; readonly effect?: OutsideEffect | undefined }
  | { readonly state: 'dead' | 'purged'; readonly letter: DeadLetter | undefined }
  | ({ readonly state: 'waiting'; readonly topic: string } & Omit<Waiting, 'kind'>)
  | { readonly state: 'pending'; readonly before: number };

/**
 * @param letters the dead letters of the service, by the origins of their events
 * @param doneTtlMs how long the service keeps the marks of finished events
 * @param effects what the latest events made in outside systems, by their identities
 */
export async function findWhereabouts(
  redis: ScopedRedis,
  record: StoredRecord,
  progress: ServiceProgress,
  letters: ReadonlyMap<string, DeadLetter>,
  doneTtlMs: number,
  effects: ReadonlyMap<string, OutsideEffect> = new Map(),
): Promise<Whereabouts> {
  const { service, sources, retries } = progress;
  const source = sources.find(({ topic }) => topic === record.topic);
  const letter = letters.get(placeName(record));
  const subject = asConsumed(record, 'source');
  const mark = await readMark(redis, service, subject);
  switch (mark.kind) {
    case 'done':
      return { state: 'done', reason: mark.reason, effect: effects.get(subject.identity) };
    case 'running':
      return { state: 'running' };
    case 'waiting': {
      const { kind: _, ...waiting } = mark;
      return { state: 'waiting', topic: retries[mark.tier - 1]?.topic ?? `${service}.retry`, ...waiting };
    }
    case 'dead':
      if (letter === undefined || letter.state === 'open') return { state: 'dead', letter };
      return letter.state === 'purged' ? { state: 'purged', letter } : { state: 'redriven' };
    default:
      break;
  }
  // The mark of a dead event may have expired.
  if (letter?.state === 'open') return { state: 'dead', letter };
  if (letter?.state === 'purged') return { state: 'purged', letter };
  if (letter?.state === 'redriven') return { state: 'redriven' };
  // Members know the topics that they read. The commits of a stopped service may be older than its use of this topic.
  if (source === undefined) return { state: progress.members > 0 ? 'elsewhere' : 'unread' };
  const committed = source.partitions.find(({ partition }) => partition === record.partition)?.committed ?? 0;
  if (committed <= record.offset) return { state: 'pending', before: record.offset - committed };
  return { state: Date.now() - record.timestamp < doneTtlMs ? 'skipped' : 'unknown' };
}
