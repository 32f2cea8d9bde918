import type { Range, StoredRecord } from '@switchboard/kafka';
import { inReplay } from '../assignment/record.ts';
import type { ServiceNotes } from '../redis/latest-notes.ts';
import type { ScopedRedis } from '../redis/scoped-redis.ts';
import { WAITING_LEVEL, waitingTopicOf } from '../retry/retry-topics.ts';
import type { OutsideEffect } from '../run/outside-effect.ts';
import { asConsumed, type DeadLetter, letterPlace } from './dead-letters.ts';
import { readMark, type Waiting } from './marks.ts';
import type { ServiceProgress } from './progress.ts';
import { isSelected } from './replay-selection.ts';
import type { Replay } from './replays.ts';

/**
 * The state of an event in a service:
 * done — it had its effect, or needed none, for the `reason` that the handler gave; dead, purged — see the letter;
 * redriven — sent to a retry topic, not started yet; unsent — a replay has not sent it yet; running — a worker has the lease; waiting — in a retry topic;
 * skipped — the service does not handle its type; unknown — skipped, or done so long ago that the mark has expired;
 * pending — the service has not read it, `before` records come before it; elsewhere — the service does not read its
 * topic; unread — no instance of the service runs, and it has committed nothing in this topic.
 */
export type Whereabouts =
  | { readonly state: 'redriven' | 'unsent' | 'running' | 'skipped' | 'unknown' | 'elsewhere' | 'unread' }
  | { readonly state: 'done'; readonly reason: string | undefined; readonly effect?: OutsideEffect | undefined }
  | { readonly state: 'dead' | 'purged'; readonly letter: DeadLetter | undefined }
  | ({ readonly state: 'waiting'; readonly topic: string } & Omit<Waiting, 'kind'>)
  | { readonly state: 'pending'; readonly before: number };

/**
 * @param letters the dead letters of the service, by `letterPlace`
 * @param doneTtlMs how long the service keeps the marks of finished events
 * @param notes what the service noted about its latest events
 */
export async function findWhereabouts(
  redis: ScopedRedis,
  record: StoredRecord,
  progress: ServiceProgress,
  letters: ReadonlyMap<string, DeadLetter>,
  doneTtlMs: number,
  notes: ServiceNotes,
): Promise<Whereabouts> {
  const known = await findMarked(redis, record, progress, letters, 0, notes);
  if (known !== undefined) return known;
  const source = progress.sources.find(({ topic }) => topic === record.topic);
  // Members know the topics that they read. The commits of a stopped service may be older than its use of this topic.
  if (source === undefined) return { state: progress.members > 0 ? 'elsewhere' : 'unread' };
  const committed = source.partitions.find(({ partition }) => partition === record.partition)?.committed ?? 0;
  if (committed <= record.offset) return { state: 'pending', before: record.offset - committed };
  return { state: Date.now() - record.timestamp < doneTtlMs ? 'skipped' : 'unknown' };
}

export type InReplay = Whereabouts & { readonly replay: number };

/** The state of an event in each of the replays that select it, the latest first. */
export function findInReplays(
  redis: ScopedRedis,
  record: StoredRecord,
  progress: ServiceProgress,
  letters: ReadonlyMap<string, DeadLetter>,
  replays: readonly Replay[],
  notes: ServiceNotes,
): Promise<InReplay[]> {
  const { topic, partition, offset } = record;
  const isIn = (range: Range): boolean =>
    range.topic === topic && range.partition === partition && range.from <= offset && range.to > offset;
  return Promise.all(
    replays
      .filter((replay) => isSelected(record, replay))
      .slice(-MOST_REPLAYS)
      .reverse()
      .map(async ({ number, left }) => {
        const known = await findMarked(redis, record, progress, letters, number, notes);
        return { replay: number, ...(known ?? { state: left.some(isIn) ? 'unsent' : 'redriven' }) };
      }),
  );
}

const MOST_REPLAYS = 5;

/** What a mark or a dead letter says about the event, or about its copy in a replay. */
async function findMarked(
  redis: ScopedRedis,
  record: StoredRecord,
  { service, retries }: ServiceProgress,
  letters: ReadonlyMap<string, DeadLetter>,
  replay: number,
  { effects, reasons }: ServiceNotes,
): Promise<Whereabouts | undefined> {
  const letter = letters.get(letterPlace({ origin: record, replay }));
  const consumed = asConsumed(record, 'source');
  const identity = inReplay(consumed.identity, replay);
  const mark = await readMark(redis, service, { identity, orderKey: consumed.orderKey });
  switch (mark.kind) {
    case 'done':
      return { state: 'done', reason: reasons.get(identity), effect: effects.get(identity) };
    case 'running':
      return { state: 'running' };
    case 'waiting': {
      const { kind: _, ...waiting } = mark;
      const retryTopic = retries[mark.tier - 1]?.topic ?? `${service}.retry`;
      return {
        state: 'waiting',
        topic: mark.tier === WAITING_LEVEL ? waitingTopicOf(service) : retryTopic,
        ...waiting,
      };
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
  return letter?.state === 'redriven' ? { state: 'redriven' } : undefined;
}
