/** The pause before the next try: doubles from `base` with each try, up to 30 s, and half of it is left to chance. */
export const backoff = (base: number, tries: number): number =>
  Math.min(base * 2 ** (tries - 1), 30_000) * (0.5 + Math.random() / 2);
