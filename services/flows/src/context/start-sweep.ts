import type { Logger } from '@switchboard/service';
import type { ContextStore } from './context-store.ts';

const EVERY_MS = 10_000;

/** Removes the values of expired variables from time to time. @returns a function that stops it */
export function startSweep(
  store: Pick<ContextStore, 'sweep'>,
  logger: Pick<Logger, 'warn'>,
  everyMs = EVERY_MS,
): () => Promise<void> {
  let last: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    last ??= store
      .sweep()
      // The next turn does it.
      .catch((error: Error) => logger.warn({ err: error }, 'expired context variables were not removed'))
      .finally(() => {
        last = undefined;
      });
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await last;
  };
}
