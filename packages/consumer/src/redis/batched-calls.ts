import { isMistake } from '@switchboard/service';
import type { Logger } from 'pino';
import { createScriptCall, type EventStateError, type ScriptOptions, type Step } from './script-call.ts';

export interface BatchedCalls {
  /** Waits while Redis does not answer. @throws EventStateError when the step itself fails */
  send(step: Step): Promise<string>;
  /** Stops retrying. Rejects steps without a reply. */
  close(): void;
}

export interface BatchedCallsOptions extends ScriptOptions {
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
  'Redis accepts no steps: it must be 6.2 or later, and not a Redis Cluster; pausing until it accepts them';

interface Pending {
  readonly step: Step;
  resolve(reply: string): void;
  reject(error: Error): void;
}

/** Collects steps while calls are in flight and sends them with the next call. */
export function createBatchedCalls(options: BatchedCallsOptions): BatchedCalls {
  const { logger } = options;
  const ask = createScriptCall(options);
  const queue: Pending[] = [];
  let calls = 0;
  let scheduled = false;
  let closed = false;

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
