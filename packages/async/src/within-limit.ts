const LATE = Symbol('late');

/**
 * Awaits `run` for at most `limitMs`, then settles as `late` does: by default it resolves. `run` is not cancelled, and what
 * becomes of it later is ignored.
 */
export function withinLimit<T>(limitMs: number, run: () => Promise<T> | T): Promise<T | undefined>;
export function withinLimit<T, L>(limitMs: number, run: () => Promise<T> | T, late: () => L): Promise<T | L>;
export async function withinLimit<T>(
  limitMs: number,
  run: () => Promise<T> | T,
  late: () => unknown = () => undefined,
): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), limitMs);
  });
  try {
    const ended = await Promise.race([Promise.resolve().then(run), limit]);
    return ended === LATE ? late() : ended;
  } finally {
    clearTimeout(timer);
  }
}
