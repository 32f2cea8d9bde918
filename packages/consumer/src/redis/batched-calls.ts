import { isMistake } from '@switchboard/service';
import type { Logger } from 'pino';
import {
  createScriptCall,
  type EventStateError,
  type ScriptCall,
  type ScriptOptions,
  type Step,
} from './script-call.ts';
import { bucketKeys, bucketOf, bucketsOf, type StateRedis } from './state-keys.ts';

export interface BatchedCalls {
  /** Waits while Redis does not answer. @throws EventStateError when the step itself fails */
  send(step: Step): Promise<string>;
  /** Stops retrying. Rejects steps without a reply. */
  close(): void;
}

export interface BatchedCallsOptions extends Omit<ScriptOptions, 'redis'> {
  redis: StateRedis;
  /** The prefix of the keys: see `keyspaceOf`. */
  keyspace: string;
  logger: Logger;
  /** Called when Redis stops answering, and when it answers again. */
  reachable(yes: boolean): void;
}

/** A script call blocks all clients of Redis. 128 steps take about 1 ms. */
const STEPS_A_CALL = 128;
/** Several calls, so that Redis works on one while the next is sent. Steps of one event never overlap. */
const CALLS_IN_FLIGHT = 4;
const RETRY_MS = 250;
const UNUSABLE =
  'Redis accepts no steps: it must be 6.2 or later, and a Redis Cluster only if REDIS_CLUSTER names it; pausing until it accepts them';

interface Pending {
  readonly step: Step;
  resolve(reply: string): void;
  reject(error: Error): void;
}

/**
 * Collects steps while calls are in flight and sends them with the next call. A call has steps of one bucket, so calls
 * to a node of a cluster that is down do not hold up those to others.
 */
export function createBatchedCalls(options: BatchedCallsOptions): BatchedCalls {
  const { redis, keyspace, logger } = options;
  const buckets = bucketsOf(redis);
  const ofBucket = new Map<number, BatchedCalls>();
  /** Calls without an answer. */
  let failing = 0;
  const watch: Watch = {
    failed(error) {
      failing += 1;
      if (failing > 1) return;
      logger.warn({ err: error }, isMistake(error) ? UNUSABLE : 'Redis does not answer: pausing until it does');
      options.reachable(false);
    },
    answered(tries) {
      failing -= 1;
      if (failing > 0) return;
      logger.info({ tries }, 'Redis answers again');
      options.reachable(true);
    },
  };

  function open(bucket: number): BatchedCalls {
    const ask = createScriptCall(options, bucketKeys(keyspace, bucket, buckets));
    const calls = createCallsOfBucket(ask, watch);
    ofBucket.set(bucket, calls);
    return calls;
  }

  let closed = false;
  return {
    send(step) {
      if (closed) return Promise.reject(new Error('the event state is closed'));
      const [, , , , orderKey] = step;
      const bucket = bucketOf(orderKey, buckets);
      return (ofBucket.get(bucket) ?? open(bucket)).send(step);
    },
    close() {
      closed = true;
      for (const calls of ofBucket.values()) calls.close();
    },
  };
}

/** Is told about each call that gets no answer, and when it gets one after all. */
interface Watch {
  failed(error: unknown): void;
  answered(tries: number): void;
}

function createCallsOfBucket(ask: ScriptCall, watch: Watch): BatchedCalls {
  const queue: Pending[] = [];
  let calls = 0;
  let scheduled = false;
  let closed = false;

  async function askUntilAnswered(steps: readonly Step[]): Promise<string[] | EventStateError> {
    for (let tries = 0; ; tries += 1) {
      try {
        const answer = await ask(steps);
        if (tries > 0) watch.answered(tries);
        return answer;
      } catch (error) {
        if (closed) throw error;
        if (tries === 0) watch.failed(error);
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
        queue.push({ step, resolve, reject });
        schedule();
      }),
    close() {
      closed = true;
    },
  };
}
