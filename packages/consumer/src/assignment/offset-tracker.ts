/** One record that was read and is not yet committed. */
export interface TrackedOffset {
  readonly offset: number;
  /** Since when it waits to be handled, in epoch ms: since it was written, or is due. */
  since: number;
  done: boolean;
}

/**
 * Knows up to where a partition is done without a gap. Records finish in any order; only the unbroken run of
 * finished ones from the start may be committed.
 */
export interface OffsetTracker {
  /** Offsets come in rising order; the log may have gaps between them. */
  add(offset: number): TrackedOffset;
  /** The offset to commit: everything before it is done. */
  position(): number;
  /** How many records were read since the oldest unfinished one, itself included. */
  readonly pending: number;
  /** The oldest unfinished one. */
  readonly oldest: TrackedOffset | undefined;
  /** The one that was added last. */
  readonly last: TrackedOffset | undefined;
}

/** The finished entries at the front are cut off in one go, so that each costs O(1) in the long run. */
const COMPACT_AT = 1_024;

export function createOffsetTracker(start: number): OffsetTracker {
  let entries: TrackedOffset[] = [];
  let first = 0;
  let position = start;
  let last: TrackedOffset | undefined;

  function advance(): void {
    for (let entry = entries[first]; entry?.done; entry = entries[first]) {
      position = entry.offset + 1;
      first += 1;
    }
    if (first >= COMPACT_AT) {
      entries = entries.slice(first);
      first = 0;
    }
  }

  return {
    add(offset) {
      const entry = { offset, since: 0, done: false };
      entries.push(entry);
      last = entry;
      return entry;
    },
    position() {
      advance();
      return position;
    },
    get pending() {
      advance();
      return entries.length - first;
    },
    get oldest() {
      advance();
      return entries[first];
    },
    get last() {
      return last;
    },
  };
}
