/** How much of something each key may hold at once. */
export interface Share {
  room(key: string): number;
  /** Negative amounts give back. */
  add(key: string, amount: number): void;
}

export function createShare(most: number): Share {
  const held = new Map<string, number>();
  return {
    room: (key) => most - (held.get(key) ?? 0),
    add(key, amount) {
      const sum = (held.get(key) ?? 0) + amount;
      if (sum === 0) held.delete(key);
      else held.set(key, sum);
    },
  };
}
