import { createHash, randomUUID } from 'node:crypto';
import { isMistake } from '@switchboard/service';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { EVENT_STATE_SCRIPT } from './event-state-script.ts';

export type Step = readonly (string | number)[];

/** Redis is well, and yet it cannot take this step: a key of another type, or a fault in the script. */
export class EventStateError extends Error {
  override readonly name = 'EventStateError';
  readonly code = 'STEP_FAILED';
}

export interface BatchedCalls {
  /** Waits for as long as Redis does not answer. @throws EventStateError when the step itself fails */
  send(step: Step): Promise<string>;
  /** Stops retrying; steps that have no reply yet are rejected. */
  close(): void;
}

export interface BatchedCallsOptions {
  redis: Redis;
  /** What the keys are made of: see `keyspaceOf`. */
  keyspace: string;
  leaseMs: number;
  doneTtlMs: number;
  orphanAfterMs: number;
  logger: Logger;
  /** Called when Redis stops answering, and when it answers again. */
  reachable(yes: boolean): void;
}

/** One script call blocks Redis for everybody; 128 steps take it about a millisecond. */
const STEPS_A_CALL = 128;
/** Redis works on one call while the next is made. EventState of one event follow each other anyway. */
const CALLS_IN_FLIGHT = 4;
const RETRY_MS = 250;
const PROBE_TTL_MS = 1_000;
const UNUSABLE = 'Redis takes no steps at all: it must be 6.2 or later, and no Redis Cluster; pausing until it does';

const SHA = createHash('sha1').update(EVENT_STATE_SCRIPT).digest('hex');

interface Pending {
  readonly step: Step;
  resolve(reply: string): void;
  reject(error: Error): void;
}

/** Collects steps while calls are under way and sends them with the next. */
export function createBatchedCalls(options: BatchedCallsOptions): BatchedCalls {
  const { redis, keyspace, leaseMs, doneTtlMs, orphanAfterMs, logger } = options;
  const queue: Pending[] = [];
  let calls = 0;
  let scheduled = false;
  let closed = false;

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

  /** Whether Redis takes the steps of an event that nobody else knows. If not, Redis is at fault, and not the event. */
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

  /** A EventStateError when one of the steps is at fault. @throws whatever keeps Redis from taking any */
  async function ask(steps: readonly Step[]): Promise<string[] | EventStateError> {
    try {
      return await call(steps);
    } catch (error) {
      if (!isMistake(error) || (steps.length === 1 && !(await takesSteps()))) throw error;
      return new EventStateError(`Redis cannot take a step of this event: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  async function askUntilAnswered(steps: readonly Step[]): Promise<string[] | EventStateError> {
    for (let tries = 0; ; tries += 1) {
      try {
        const answer = await ask(steps);
        if (tries > 0) {
          logger.info({ tries }, 'Redis answers again');
          options.reachable(true);
        }
        return answer;
      } catch (error) {
        if (closed) throw error;
        if (tries === 0) {
          logger.warn({ err: error }, isMistake(error) ? UNUSABLE : 'Redis does not answer: pausing until it does');
          options.reachable(false);
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async function settle(pending: readonly Pending[]): Promise<void> {
    try {
      const answer = await askUntilAnswered(pending.map(({ step }) => step));
      if (Array.isArray(answer)) for (const [index, { resolve }] of pending.entries()) resolve(answer[index] ?? '');
      else if (pending.length === 1) throw answer;
      // One by one, since every step may be repeated: the others are not at fault.
      else for (const one of pending) await settle([one]);
    } catch (error) {
      for (const { reject } of pending) reject(error as Error);
    }
  }

  async function run(pending: readonly Pending[]): Promise<void> {
    calls += 1;
    await settle(pending);
    calls -= 1;
    schedule();
  }

  /** What the same batch of records asks for goes into one call. */
  function schedule(): void {
    if (scheduled || queue.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (queue.length > 0 && calls < CALLS_IN_FLIGHT) void run(queue.splice(0, STEPS_A_CALL));
    });
  }

  return {
    send: (step) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error('the steps are closed'));
        queue.push({ step, resolve, reject });
        schedule();
      }),
    close() {
      closed = true;
    },
  };
}
