import { createHash, randomUUID } from 'node:crypto';
import { isMistake } from '@switchboard/service';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { EVENT_STATE_SCRIPT } from './event-state-script.ts';

export type Step = readonly (string | number)[];

/** Redis answers but cannot take this step: a key of another type, or a bug in the script. */
export class EventStateError extends Error {
  override readonly name = 'EventStateError';
  readonly code = 'STEP_FAILED';
}

export interface BatchedCalls {
  /** Waits while Redis does not answer. @throws EventStateError when the step itself fails */
  send(step: Step): Promise<string>;
  /** Stops retrying. Rejects steps without a reply. */
  close(): void;
}

export interface BatchedCallsOptions {
  redis: Redis;
  /** The prefix of the keys: see `keyspaceOf`. */
  keyspace: string;
  leaseMs: number;
  doneTtlMs: number;
  orphanAfterMs: number;
  logger: Logger;
  /** Called when Redis stops answering, and when it answers again. */
  reachable(yes: boolean): void;
}

/** A script call blocks all clients of Redis. 128 steps take about 1 ms. */
const STEPS_A_CALL = 128;
/** Several calls, so that Redis works on one while the next is sent. Steps of one event never overlap. */
const CALLS_IN_FLIGHT = 4;
const RETRY_MS = 250;
const PROBE_TTL_MS = 1_000;
const UNUSABLE =
  'Redis accepts no steps: it must be 6.2 or later, and not a Redis Cluster; pausing until it accepts them';

const SHA = createHash('sha1').update(EVENT_STATE_SCRIPT).digest('hex');

interface Pending {
  readonly step: Step;
  resolve(reply: string): void;
  reject(error: Error): void;
}

/** Collects steps while calls are in flight and sends them with the next call. */
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

  /** Returns an EventStateError when one of the steps is at fault. @throws when Redis takes no steps at all */
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
      // Sent again one by one to find the faulty step: every step may be repeated.
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

  /** Steps that a batch of records asks for go into one call. */
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
        if (closed) return reject(new Error('the event state is closed'));
        queue.push({ step, resolve, reject });
        schedule();
      }),
    close() {
      closed = true;
    },
  };
}
