import type { Clock } from './clock.ts';

export interface Deadlines<T> {
  add(item: T): void;
  delete(item: T): void;
}

/** Deadlines are grouped in slots of this width so that thousands share a timer. An item expires at most this late. */
const SLOT_MS = 10;

/** Calls `expired` for each item whose deadline passes before it is deleted. A single timer serves all items. */
export function createDeadlines<T extends { readonly deadline: number }>(
  clock: Clock,
  expired: (item: T) => void,
): Deadlines<T> {
  const slots = new Map<number, Set<T>>();
  let armed = Number.POSITIVE_INFINITY;
  let disarm: (() => void) | undefined;

  function arm(slot: number): void {
    disarm?.();
    armed = slot;
    disarm = clock.after(Math.max(slot * SLOT_MS - clock.now(), 0), fire);
  }

  function fire(): void {
    disarm = undefined;
    armed = Number.POSITIVE_INFINITY;
    const due = Math.floor(clock.now() / SLOT_MS);
    let next = Number.POSITIVE_INFINITY;
    for (const [slot, items] of slots) {
      if (slot > due) {
        next = Math.min(next, slot);
        continue;
      }
      slots.delete(slot);
      for (const item of items) expired(item);
    }
    if (next < armed) arm(next);
  }

  return {
    add(item) {
      const slot = slotOf(item);
      const items = slots.get(slot);
      if (items !== undefined) {
        items.add(item);
        return;
      }
      slots.set(slot, new Set([item]));
      if (slot < armed) arm(slot);
    },
    delete(item) {
      const slot = slotOf(item);
      const items = slots.get(slot);
      if (!items?.delete(item) || items.size > 0) return;
      slots.delete(slot);
      if (slots.size > 0) return;
      disarm?.();
      disarm = undefined;
      armed = Number.POSITIVE_INFINITY;
    },
  };
}

const slotOf = (item: { readonly deadline: number }) => Math.ceil(item.deadline / SLOT_MS);
