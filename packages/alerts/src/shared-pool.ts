import type { Redis } from 'ioredis';
import type { AlertKind, Digest } from './alert.ts';
import { MOST_COUNTED } from './tally.ts';

/** `report`: this instance sends it now. `wait`: some instance sent one of this kind; ask again after this time. */
export type Share =
  | { readonly kind: 'report'; readonly digest: Digest }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'none' };

/** What all instances of all services have to report. */
export interface SharedPool {
  /** Adds the digest, and takes everything of its kind unless an alert was sent less than a window ago. */
  share(kind: AlertKind, digest: Digest | undefined): Promise<Share>;
}

/** Counts that no instance takes for so long are of no interest any more. */
const KEPT_MS = 3_600_000;
const FIRST = '@first';

/**
 * KEYS: the lease of the kind, and the hash of what is to report. ARGV: the window, the limit of fields, their lifetime,
 * the first occurrence, then names and counts. Returns the hash; or the time to wait; or -1 when there is nothing.
 */
const SCRIPT = `
local lease, pool = KEYS[1], KEYS[2]
for index = 5, #ARGV, 2 do
  local field = ARGV[index]
  if redis.call('HEXISTS', pool, field) == 0 and redis.call('HLEN', pool) > tonumber(ARGV[2]) then field = 'other' end
  redis.call('HINCRBY', pool, field, ARGV[index + 1])
end
if #ARGV > 4 then
  redis.call('HSETNX', pool, '${FIRST}', ARGV[4])
  redis.call('PEXPIRE', pool, ARGV[3])
end
if redis.call('EXISTS', pool) == 0 then return -1 end
if not redis.call('SET', lease, '1', 'PX', ARGV[1], 'NX') then return math.max(redis.call('PTTL', lease), 1) end
local all = redis.call('HGETALL', pool)
redis.call('DEL', pool)
return all
`;

/** One alert of a kind in a window, over all services and instances that share this Redis and scope. */
export function createSharedPool(redis: Pick<Redis, 'eval'>, scope: string, windowMs: number): SharedPool {
  return {
    async share(kind, digest) {
      const keys = [`alert:${scope}:${kind}:lease`, `alert:${scope}:${kind}:pool`];
      const added = [...(digest?.counts ?? [])].flat();
      const first = JSON.stringify(digest?.first ?? null);
      const args = [...keys, windowMs, 2 * MOST_COUNTED, KEPT_MS, first, ...added];
      const answer = (await redis.eval(SCRIPT, keys.length, ...args)) as number | string[];
      if (typeof answer === 'number') return answer < 0 ? { kind: 'none' } : { kind: 'wait', ms: answer };
      return { kind: 'report', digest: readDigest(kind, answer) };
    },
  };
}

function readDigest(kind: AlertKind, fields: readonly string[]): Digest {
  const counts = new Map<string, number>();
  let first: Digest['first'] = { kind, code: 'UNKNOWN', about: 'an event', service: 'unknown' };
  for (let index = 0; index < fields.length; index += 2) {
    const [name = '', value = ''] = [fields[index], fields[index + 1]];
    if (name === FIRST) first = JSON.parse(value);
    else counts.set(name, Number(value));
  }
  return { kind, counts, first };
}
