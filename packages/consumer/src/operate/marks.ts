import type { StateSubject } from '../redis/event-state.ts';
import { keyspaceOf, stateKeys } from '../redis/event-state-script.ts';
import type { ScopedRedis } from '../redis/scoped-redis.ts';

/** The state of an event in Redis for a service; event-state-script.ts describes the keys. */
export type Mark =
  | { readonly kind: 'none' }
  /** `reason`: why it had no effect, if its handler gave a reason. */
  | { readonly kind: 'done'; readonly reason: string | undefined }
  | { readonly kind: 'dead'; readonly redrives: number }
  /** A worker has the lease, which has `leaseMs` left. */
  | { readonly kind: 'running'; readonly leaseMs: number }
  | Waiting;

/** The event waits in a retry topic (the number `tier`, from 1) until `due`, behind `ahead` earlier events of its key. */
export interface Waiting {
  readonly kind: 'waiting';
  readonly tier: number;
  readonly due: number;
  readonly ahead: number;
  /** The dead event that holds the key, if any. */
  readonly heldBy: string | undefined;
}

type Subject = Pick<StateSubject, 'identity' | 'orderKey'>;

const MARKS_A_CALL = 1_000;
/** Redis reads each call into memory as a whole. */
const CHARACTERS_A_CALL = 1024 * 1024;

/** Returns the identities of the events that are done. */
export async function readDone(
  { redis, scope }: ScopedRedis,
  service: string,
  identities: readonly string[],
): Promise<Set<string>> {
  const done = new Set<string>();
  const keys = stateKeys(keyspaceOf(scope, service));
  for (const part of callsOf(identities)) {
    const marks = await redis.mget(part.map(keys.mark));
    for (const [index, identity] of part.entries()) if (marks[index] === 'done') done.add(identity);
  }
  return done;
}

function* callsOf(identities: readonly string[]): Generator<string[]> {
  let part: string[] = [];
  let characters = 0;
  for (const identity of identities) {
    part.push(identity);
    characters += identity.length;
    if (part.length < MARKS_A_CALL && characters < CHARACTERS_A_CALL) continue;
    yield part;
    part = [];
    characters = 0;
  }
  if (part.length > 0) yield part;
}

export async function readMark(
  { redis, scope }: ScopedRedis,
  service: string,
  { identity, orderKey }: Subject,
): Promise<Mark> {
  const keys = stateKeys(keyspaceOf(scope, service));
  const [key, members, waiting] = [keys.mark(identity), keys.members(orderKey), keys.waiting(orderKey)];
  const [mark, leaseMs, place, ahead, [head = '']] = await Promise.all([
    redis.get(key),
    redis.pttl(key),
    redis.hget(members, identity),
    redis.zrank(waiting, identity),
    redis.zrange(waiting, '0', '0'),
  ]);
  if (mark === 'done') return { kind: 'done', reason: (await redis.get(keys.skipped(identity))) ?? undefined };
  const [, redrives] = /^dead:(\d+)$/.exec(mark ?? '') ?? [];
  if (mark !== null && redrives === undefined) return { kind: 'running', leaseMs };
  const [, tier, due, state] = place?.split(':') ?? [];
  if (place !== null && state !== 'd') {
    const isHeld = head !== identity && (await redis.hget(members, head))?.endsWith(':d') === true;
    const heldBy = isHeld ? head : undefined;
    return { kind: 'waiting', tier: Number(tier), due: Number(due), ahead: ahead ?? 0, heldBy };
  }
  return redrives === undefined ? { kind: 'none' } : { kind: 'dead', redrives: Number(redrives) };
}
