import { createHash, randomUUID } from 'node:crypto';
import { isMistake } from '@switchboard/service';
import { createDigests, type Digest, doneSetOf, type Generation, readGenerations } from './done-sets.ts';
import { EVENT_STATE_SCRIPT } from './event-state-script.ts';
import type { BucketKeys, StateRedis } from './state-keys.ts';

/**
 * A step, as the script reads it: the number of fields after this one, its name, the index of its first key, the event,
 * its digest, and what else the step needs. The call fills in the index and the digest: see `stepOf`.
 */
export type Step = [
  length: number,
  name: string,
  first: number,
  identity: string,
  orderKey: string,
  digest: string,
  ...rest: (string | number)[],
];

export const stepOf = (
  name: string,
  { identity, orderKey }: { readonly identity: string; readonly orderKey: string },
  ...rest: (string | number)[]
): Step => [5 + rest.length, name, 0, identity, orderKey, '', ...rest];

/** Redis answers but cannot take this step: a key of another type, or a bug in the script. */
export class EventStateError extends Error {
  override readonly name = 'EventStateError';
  readonly code = 'STEP_FAILED';
}

export interface ScriptOptions {
  redis: Pick<StateRedis, 'evalsha' | 'eval'>;
  leaseMs: number;
  doneTtlMs: number;
  orphanAfterMs: number;
}

/** Returns an EventStateError when one of the steps is at fault. @throws when Redis takes no steps at all */
export type ScriptCall = (steps: readonly Step[]) => Promise<string[] | EventStateError>;

const SHA = createHash('sha1').update(EVENT_STATE_SCRIPT).digest('hex');

/** The sets of done events that a step reads or adds to: those of all generations, or of the newest. */
const SETS_OF = new Map([
  ...(['admit', 'admit_queued', 'fail', 'dead'] as const).map((name) => [name, 'all'] as const),
  ...(['complete', 'finish'] as const).map((name) => [name, 'newest'] as const),
]) as ReadonlyMap<string, 'all' | 'newest'>;

/** Steps of events that no event waits for with the same key. */
const WITHOUT_QUEUE: ReadonlySet<string> = new Set(['admit', 'finish']);

/** Runs steps in one call of the script. All of them belong to the bucket of these keys. */
export function createScriptCall(options: ScriptOptions, bucket: BucketKeys): ScriptCall {
  const { redis, leaseMs, doneTtlMs, orphanAfterMs } = options;
  const limits = [Math.ceil(doneTtlMs / 1_000), leaseMs, orphanAfterMs];
  const digestOf = createDigests();
  /** What the script keeps, as of the last reply. */
  let list = '';
  let generations: readonly Generation[] = [];

  async function call(steps: readonly Step[]): Promise<string[]> {
    for (;;) {
      const { keys, json, addsTo } = composed(steps, bucket, generations, digestOf);
      const replies = await run(keys, [...limits, json, list, addsTo]);
      const [first, current = ''] = replies;
      if (first !== 'outdated') return replies;
      list = current;
      generations = readGenerations(list);
    }
  }

  async function run(keys: readonly string[], args: readonly (string | number)[]): Promise<string[]> {
    try {
      return (await redis.evalsha(SHA, keys.length, ...keys, ...args)) as string[];
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return (await redis.eval(EVENT_STATE_SCRIPT, keys.length, ...keys, ...args)) as string[];
    }
  }

  /** Whether Redis takes the steps of a fresh probe event. If not, Redis is at fault and not the event. */
  async function takesSteps(): Promise<boolean> {
    const event = { identity: `@probe:${randomUUID()}`, orderKey: `@probe:${randomUUID()}` };
    const steps = [
      stepOf('admit', event, 'probe', 0),
      stepOf('fail', event, 'probe', '0', 1, 1, 0),
      stepOf('moved', event, 'probe', '0', 1, 1, 0),
      stepOf('admit_queued', event, 'probe', 0, '0', 1),
      stepOf('complete', event, 'probe'),
    ];
    try {
      await call(steps);
      return true;
    } catch (error) {
      if (isMistake(error)) return false;
      throw error;
    }
  }

  return async (steps) => {
    try {
      return await call(steps);
    } catch (error) {
      if (!isMistake(error) || (steps.length === 1 && !(await takesSteps()))) throw error;
      return new EventStateError(`Redis cannot take a step of this event: ${(error as Error).message}`, {
        cause: error,
      });
    }
  };
}

/** Lists the steps and their keys as event-state-script.ts expects them, and fills in what depends on them. */
function composed(
  steps: readonly Step[],
  bucket: BucketKeys,
  generations: readonly Generation[],
  digestOf: (identity: string) => Digest,
) {
  const keys = [bucket.generations, bucket.marks, bucket.heldKeys, bucket.deaths, bucket.openLetters];
  const newest = generations.slice(-1);
  let addsTo = -1;
  for (const step of steps) {
    const [, name, , identity, orderKey] = step;
    step[2] = keys.length + 1;
    if (!WITHOUT_QUEUE.has(name)) keys.push(bucket.waiting(orderKey), bucket.members(orderKey));
    const sets = SETS_OF.get(name);
    if (sets === undefined) continue;
    const digest = digestOf(identity);
    step[5] = digest.entry;
    if (sets === 'newest') addsTo = newest.length === 0 ? 0 : keys.length + 1;
    for (const one of sets === 'newest' ? newest : generations) keys.push(doneSetOf(bucket, one, digest));
  }
  const list: (string | number)[] = [];
  return { keys, json: JSON.stringify(list.concat(...steps)), addsTo };
}
