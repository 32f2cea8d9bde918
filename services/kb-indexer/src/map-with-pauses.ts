import { setImmediate as pause } from 'node:timers/promises';

/** Other work gets a turn after this time. A single item takes far less. */
const TURN_MS = 20;

/** Maps items in order and yields to the event loop in between: an article has hundreds of chunks. */
export async function mapWithPauses<T, R>(items: readonly T[], map: (item: T) => R): Promise<R[]> {
  const results: R[] = [];
  let turnStartedAt = performance.now();
  for (const item of items) {
    if (performance.now() - turnStartedAt > TURN_MS) {
      await pause();
      turnStartedAt = performance.now();
    }
    results.push(map(item));
  }
  return results;
}
