import type { ScopedRedis } from '../cluster.ts';
import { keyspaceOf, stepKeys } from '../consume/steps-script.ts';

const KEYS_A_SCAN = 1_000;

/**
 * Renames what an earlier version remembered for a service under names without a scope, so that this version knows it.
 * May be repeated. What this version has noted by itself stays as it is. Nothing of the service may run meanwhile.
 * @returns how many keys it renamed
 */
export async function adoptMarks({ redis, scope }: ScopedRedis, service: string): Promise<number> {
  const [former, ours] = [stepKeys(service), stepKeys(keyspaceOf(scope, service))];
  let adopted = await rename([
    [former.heldLanes, ours.heldLanes],
    [former.openLetters, ours.openLetters],
  ]);
  for (const kind of ['mark', 'waiting', 'members'] as const) {
    const prefix = former[kind]('');
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: KEYS_A_SCAN })) {
      const names = (keys as string[]).map((key): [string, string] => [key, ours[kind](key.slice(prefix.length))]);
      adopted += await rename(names);
    }
  }
  return adopted;

  async function rename(names: readonly [from: string, to: string][]): Promise<number> {
    const replies = await Promise.allSettled(names.map(([from, to]) => redis.renamenx(from, to)));
    for (const reply of replies) if (reply.status === 'rejected' && !isGone(reply.reason)) throw reply.reason;
    return replies.filter((reply) => reply.status === 'fulfilled' && reply.value === 1).length;
  }
}

/** Expired since it was listed, or never there. */
const isGone = ({ message }: Error): boolean => message.includes('no such key');
