import { createPriorityQueue, type FairQueue } from '@switchboard/async';
import type { ConsumedRecord } from '../assignment/record.ts';
import type { RecentTenants } from '../queues/recent-tenants.ts';
import { type FairShareContext, isBeyondShare } from './fair-share.ts';

/** Records of tenants that have more than their share leave for the waiting topic while their partition needs room. */
export interface Room {
  /** Whether the record should leave now. */
  isNeededOf(record: ConsumedRecord): boolean;
  /** Lets it leave as soon as another may move, unless its room is no longer needed then. */
  leave(record: ConsumedRecord): void;
  /** Call it when another record may move. */
  make(): void;
  /** Records that are to leave. */
  readonly leaving: number;
  stop(): void;
}

interface RoomParts {
  recentTenants: RecentTenants;
  shares(): FairShareContext;
  /** Whether a partition of a source topic is at least half full. */
  needsRoom(): boolean;
  /** The records that wait for their turn. */
  ready: Pick<FairQueue<ConsumedRecord>, 'drop'>;
  isOurs(record: ConsumedRecord): boolean;
  /** Whether another record may move to the waiting topic now. */
  mayMove(): boolean;
  /** Moves the record there. */
  move(record: ConsumedRecord): void;
  /** Takes it through the stages: its room is no longer needed. */
  start(record: ConsumedRecord): void;
  /** Call it when those that wait for a permit should look whether they leave. */
  looked(): void;
}

/** How often to look for records that should leave. */
const LOOK_EVERY_MS = 100;

export function createRoom(parts: RoomParts): Room {
  const { recentTenants, shares, ready, isOurs } = parts;
  const leaving = createPriorityQueue<ConsumedRecord>();

  const isNeededOf = (record: ConsumedRecord): boolean =>
    recentTenants.areSeveral && record.from.fullness !== 'roomy' && isBeyondShare(record, shares());

  function make(): void {
    while (parts.mayMove()) {
      const record = leaving.next();
      if (record === undefined) return;
      if (!isOurs(record)) continue;
      if (isNeededOf(record)) parts.move(record);
      else parts.start(record);
    }
  }

  /** Looks at the records that were ready before their partition needed room, and at those that wait for a permit. */
  function look(): void {
    if (!recentTenants.areSeveral || !parts.needsRoom()) return;
    const context = shares();
    for (const record of ready.drop((one) => isBeyondShare(one, context))) leaving.join(record, false);
    make();
    parts.looked();
  }
  const timer = setInterval(look, LOOK_EVERY_MS).unref();

  return {
    isNeededOf,
    leave(record) {
      leaving.join(record, false);
      make();
    },
    make,
    get leaving() {
      return leaving.length;
    },
    stop: () => clearInterval(timer),
  };
}
