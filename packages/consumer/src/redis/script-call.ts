import { createHash, randomUUID } from 'node:crypto';
import { isMistake } from '@switchboard/service';
import type { Redis } from 'ioredis';
import { EVENT_STATE_SCRIPT } from './event-state-script.ts';

export type Step = readonly (string | number)[];

/** Redis answers but cannot take this step: a key of another type, or a bug in the script. */
export class EventStateError extends Error {
  override readonly name = 'EventStateError';
  readonly code = 'STEP_FAILED';
}

export interface ScriptOptions {
  redis: Redis;
  /** The prefix of the keys: see `keyspaceOf`. */
  keyspace: string;
  leaseMs: number;
  doneTtlMs: number;
  orphanAfterMs: number;
}

/** Returns an EventStateError when one of the steps is at fault. @throws when Redis takes no steps at all */
export type ScriptCall = (steps: readonly Step[]) => Promise<string[] | EventStateError>;

const PROBE_TTL_MS = 1_000;

const SHA = createHash('sha1').update(EVENT_STATE_SCRIPT).digest('hex');

/** Runs steps in one call of the script. */
export function createScriptCall({ redis, keyspace, leaseMs, doneTtlMs, orphanAfterMs }: ScriptOptions): ScriptCall {
  async function call(steps: readonly Step[], ttlMs = doneTtlMs): Promise<string[]> {
    const json = Buffer.from(JSON.stringify(steps));
    const args = [keyspace, Math.ceil(ttlMs / 1_000), leaseMs, orphanAfterMs, json] as const;
    try {
      return (await redis.evalsha(SHA, 0, ...args)) as string[];
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return (await redis.eval(EVENT_STATE_SCRIPT, 0, ...args)) as string[];
    }
  }

  /** Whether Redis takes the steps of a fresh probe event. If not, Redis is at fault and not the event. */
  async function takesSteps(): Promise<boolean> {
    const [id, orderKey, token] = [`@probe:${randomUUID()}`, `@probe:${randomUUID()}`, 'probe'];
    const steps: Step[] = [
      ['admit', id, orderKey, token, '0', 0, 0],
      ['fail', id, orderKey, token, '0', 1, 1, 0],
      ['moved', id, orderKey, token, '0', 1, 1, 0],
      ['admit', id, orderKey, token, '0', 1, 0],
      ['complete', id, orderKey, token, 1],
    ];
    try {
      await call(steps, PROBE_TTL_MS);
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
