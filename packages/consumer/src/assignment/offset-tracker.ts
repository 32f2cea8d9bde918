/** A record that was read and is not committed. */
export interface TrackedOffset {
  readonly offset: number;
  /** When it started to wait, in epoch ms: when it was written, or when it is due. */
  since: number;
  /** Empty if it is not an event. */
  tenant: string;
  done: boolean;
}

/**
 * Tracks up to which offset a partition is done without a gap. Records finish in any order. Only the unbroken run of
 * finished records from the start may be committed.
 */
export interface OffsetTracker {
  /** Offsets must rise. The log may have gaps between them. */
  add(offset: number): TrackedOffset;
  /** The offset to commit: everything before it is done. */
  position(): number;
  /** The number of records from the oldest unfinished one to the last one read. */
  readonly pending: number;
  /** The oldest unfinished record. */
  readonly oldest: TrackedOffset | undefined;
  /** Those that are not done. */
  unfinished(): readonly TrackedOffset[];
  /** The record that was added last. */
  readonly last: TrackedOffset | undefined;
}

/** Finished entries at the front are removed in bulk, so that each costs O(1) on average. */
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
      const entry = { offset, since: 0, tenant: '', done: false };
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
    unfinished() {
      advance();
      return entries.slice(first).filter(({ done }) => !done);
    },
    get last() {
      return last;
    },
  };
}
