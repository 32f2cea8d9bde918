import { digestOf, doneSetOf, readGenerations } from '../redis/done-sets.ts';
import type { StateSubject } from '../redis/event-state.ts';
import type { ScopedRedis } from '../redis/scoped-redis.ts';
import { bucketKeys, bucketOf, bucketsOf, keyspaceOf } from '../redis/state-keys.ts';

/** The state of an event in Redis for a service; event-state-script.ts describes the keys. */
export type Mark =
  | { readonly kind: 'none' }
  | { readonly kind: 'done' }
  | { readonly kind: 'dead'; readonly redrives: number }
  /** A worker has the lease, which has `leaseMs` left. */
  | { readonly kind: 'running'; readonly leaseMs: number }
  | Waiting;

/** The event waits in a retry topic (the number `tier`, from 1; `WAITING_LEVEL` is the waiting topic) until `due`, behind `ahead` earlier events of its key. */
export interface Waiting {
  readonly kind: 'waiting';
  readonly tier: number;
  readonly due: number;
  readonly ahead: number;
  /** The dead event that holds the key, if any. */
  readonly heldBy: string | undefined;
}

type Subject = Pick<StateSubject, 'identity' | 'orderKey'>;

/** Redis keeps the replies of a pipeline in memory as a whole. */
const EVENTS_A_CALL = 1_000;

/** Returns the identities of the events that are done. */
export async function readDone(
  { redis, scope }: ScopedRedis,
  service: string,
  subjects: readonly Subject[],
): Promise<Set<string>> {
  const done = new Set<string>();
  const buckets = bucketsOf(redis);
  const keyspace = keyspaceOf(scope, service);
  for (const [bucket, ofBucket] of Map.groupBy(subjects, ({ orderKey }) => bucketOf(orderKey, buckets))) {
    const keys = bucketKeys(keyspace, bucket, buckets);
    const generations = readGenerations((await redis.get(keys.generations)) ?? '');
    for (let start = 0; start < ofBucket.length; start += EVENTS_A_CALL) {
      const pipeline = redis.pipeline();
      const asked: string[] = [];
      for (const { identity } of ofBucket.slice(start, start + EVENTS_A_CALL)) {
        const digest = digestOf(identity);
        for (const one of generations) {
          pipeline.sismember(doneSetOf(keys, one, digest), digest.entry);
          asked.push(identity);
        }
      }
      for (const [index, [error, reply]] of ((await pipeline.exec()) ?? []).entries()) {
        if (error !== null) throw error;
        if (reply === 1) done.add(asked[index] ?? '');
      }
    }
  }
  return done;
}

export async function readMark(scoped: ScopedRedis, service: string, subject: Subject): Promise<Mark> {
  const { redis, scope } = scoped;
  const { identity, orderKey } = subject;
  const buckets = bucketsOf(redis);
  const keys = bucketKeys(keyspaceOf(scope, service), bucketOf(orderKey, buckets), buckets);
  const [members, waiting] = [keys.members(orderKey), keys.waiting(orderKey)];
  const [done, value, place, ahead, [head = '']] = await Promise.all([
    readDone(scoped, service, [subject]),
    redis.hget(keys.marks, identity),
    redis.hget(members, identity),
    redis.zrank(waiting, identity),
    redis.zrange(waiting, '0', '0'),
  ]);
  if (done.size > 0) return { kind: 'done' };
  const [, until = '', mark = ''] = /^(\d+):(.*)$/s.exec(value ?? '') ?? [];
  const leftMs = Number(until) - Date.now();
  const [, redrives] = /^dead:(\d+)$/.exec(mark) ?? [];
  if (leftMs > 0 && redrives === undefined) return { kind: 'running', leaseMs: leftMs };
  const [, tier, due, state] = place?.split(':') ?? [];
  if (place !== null && state !== 'd') {
    const isHeld = head !== identity && (await redis.hget(members, head))?.endsWith(':d') === true;
    const heldBy = isHeld ? head : undefined;
    return { kind: 'waiting', tier: Number(tier), due: Number(due), ahead: ahead ?? 0, heldBy };
  }
  return leftMs > 0 && redrives !== undefined ? { kind: 'dead', redrives: Number(redrives) } : { kind: 'none' };
}
