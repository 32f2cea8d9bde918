import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@switchboard/service';

/** Does the work again and again, with a pause in between. @returns what stops it */
export function repeatedly(
  pauseMs: number,
  work: () => Promise<void>,
  logger: Pick<Logger, 'warn'>,
): () => Promise<void> {
  const stopping = new AbortController();

  async function run(): Promise<void> {
    let isFailing = false;
    for (;;) {
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      try {
        await work();
        isFailing = false;
      } catch (error) {
        if (!isFailing) logger.warn({ err: error }, 'regular work failed; retrying');
        isFailing = true;
      }
    }
  }

  const ended = run();
  return async () => {
    stopping.abort();
    await ended;
  };
}
