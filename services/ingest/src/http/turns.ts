/**
 * Resolves one caller in each turn of the event loop, in their order. A large body takes tens of milliseconds of CPU: one
 * a turn leaves the small ones, which need several turns, their place between.
 */
export function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = [];

  function next(): void {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(next);
  }

  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(next);
    });
}
