import { withinLimit } from '@switchboard/async';
import type { Logger } from 'pino';

/** @param limitMs after which it is no longer awaited */
type Close = (limitMs: number) => Promise<void> | void;

export interface ReleaseStack {
  /** Closed in the reverse order of adding: what was opened last depends on what was opened before it. */
  add(name: string, close: Close, options?: { timeoutMs?: number }): void;
  /** Closes everything. Each step is bounded; a step that fails or hangs does not stop the others. */
  release(logger: Logger, budgetMs: number): Promise<{ clean: boolean }>;
}

const STEP_TIMEOUT_MS = 5_000;
/** The minimum for a step when the earlier ones have used up the budget: enough to send a close. */
const LEAST_STEP_MS = 250;

export function createReleaseStack(): ReleaseStack {
  const steps: { name: string; close: Close; timeoutMs: number }[] = [];

  return {
    add(name, close, { timeoutMs = STEP_TIMEOUT_MS } = {}) {
      steps.push({ name, close, timeoutMs });
    },

    async release(logger, budgetMs) {
      const deadline = performance.now() + budgetMs;
      let clean = true;
      for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
        const limitMs = Math.max(Math.min(step.timeoutMs, deadline - performance.now()), LEAST_STEP_MS);
        try {
          await withinLimit(
            limitMs,
            () => step.close(limitMs),
            () => {
              throw new Error(`not closed within ${Math.round(limitMs)} ms`);
            },
          );
        } catch (error) {
          clean = false;
          logger.error({ err: error, step: step.name }, 'could not be closed cleanly');
        }
      }
      return { clean };
    },
  };
}
