import type { ConsumedRecord } from '../assignment/record.ts';

/** When records that wait for an outside system leave the memory for the waiting topic. */
export interface ParkingContext {
  /** Whether the service is paused. It then moves nothing. */
  readonly isPaused: boolean;
  readonly waitingTopic: string;
  /** Epoch ms. */
  readonly now: number;
  /** When an outside system came back last, in epoch ms. */
  readonly lastReturnAt: number;
  readonly parkAfterMs: number;
  /** A record in the waiting topic is written anew after this time, so that neither Redis nor Kafka forgets it. */
  readonly renewAfterMs: number;
}

/**
 * `park`: it has waited for long, or its partition needs the room. In the waiting topic, where it is already, it moves
 * to the end: `return`, since the partition is full of waiting records, and a system that later ones wait for may have
 * come back; `search`, to look at later ones now and then; `renew`.
 */
export type ParkingReason = 'park' | 'return' | 'search' | 'renew';

type Waiting = Pick<ConsumedRecord, 'waitsSince'> & {
  readonly from: Pick<ConsumedRecord['from'], 'topic' | 'fullness'>;
  readonly message: { readonly timestamp: string };
};

/** A system that comes and goes must not keep the waiting topic turning all the time. */
const SHARE_AFTER_RETURN = 6;

/** Undefined while the record should stay in memory. */
export function parkingReason(record: Waiting, context: ParkingContext): ParkingReason | undefined {
  const { isPaused, waitingTopic, now, lastReturnAt, parkAfterMs, renewAfterMs } = context;
  if (isPaused) return undefined;
  const { topic, fullness } = record.from;
  if (topic !== waitingTopic) {
    return fullness !== 'roomy' || now - record.waitsSince >= parkAfterMs ? 'park' : undefined;
  }
  const writtenAt = Number(record.message.timestamp);
  const age = now - writtenAt;
  if (age >= renewAfterMs) return 'renew';
  if (fullness !== 'full') return undefined;
  if (writtenAt < lastReturnAt && age >= parkAfterMs / SHARE_AFTER_RETURN) return 'return';
  return age >= parkAfterMs ? 'search' : undefined;
}
