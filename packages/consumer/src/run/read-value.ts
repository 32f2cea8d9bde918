import { type AnyEvent, identityOf } from '@switchboard/events';
import { type ConsumedRecord, placeOf } from '../assignment/record.ts';
import type { Semaphore } from '../queues/semaphore.ts';
import { causeOf, type Outcome, outcomeOf, whyPaused } from './attempt.ts';
import type { AttemptParts } from './attempts.ts';

type Parts = Pick<AttemptParts, 'service' | 'handlers' | 'decode' | 'pause'> & { semaphore: Semaphore };

/**
 * Looks into the value of a record before anything is claimed or marked in its name: headers are written by anyone who
 * may write to the topic. A record whose value does not bear them out is known by its place from then on. While the
 * registry is away, records wait for a slot, as every probe does.
 * @returns false when the record is not wanted any more
 */
export type ReadValue = (record: ConsumedRecord, urgent: boolean, isWanted: () => boolean) => Promise<boolean>;

export function createReadValue({ service, handlers, decode, pause, semaphore }: Parts): ReadValue {
  function noHandler(type: string): Outcome {
    const message = `this version of ${service} handles no ${type}: it waits for one that does`;
    return { kind: 'failed', cause: { code: 'NO_HANDLER', message }, retryAfterMs: 0, settled: true };
  }

  async function decodedOf(record: ConsumedRecord): Promise<AnyEvent | Outcome> {
    if (record.defect !== undefined) return { kind: 'permanent', cause: record.defect };
    try {
      return await decode(record.value as Buffer);
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome.kind === 'unavailable') return { ...outcome, why: whyPaused(error).reason };
      // The version that handles it may be able to read it.
      return handlers.has(record.type) ? { kind: 'permanent', cause: causeOf(error) } : noHandler(record.type);
    }
  }

  /** Whether it is known now what the record is. */
  async function look(record: ConsumedRecord): Promise<boolean> {
    const value = await decodedOf(record);
    if ('kind' in value) {
      if (value.kind === 'unavailable') {
        pause.begin('registry', value.why);
        return false;
      }
      record.reading = value;
      record.identity = placeOf(record);
      return true;
    }
    record.receivedAt = value.meta.receivedAt;
    const mismatch = mismatchOf(record, value);
    if (mismatch === undefined) {
      record.isVerified = true;
      record.reading = handlers.has(record.type) ? value : noHandler(record.type);
    } else {
      record.reading = { kind: 'permanent', cause: mismatch };
      record.identity = placeOf(record);
    }
    return true;
  }

  return async (record, urgent, isWanted) => {
    if (record.reading !== undefined || (await look(record))) return isWanted();
    while (await semaphore.acquire(urgent, isWanted)) {
      const isKnown = await look(record);
      if (isKnown) pause.end('registry');
      semaphore.release();
      if (isKnown) return isWanted();
    }
    return false;
  };
}

function mismatchOf({ type, identity }: ConsumedRecord, { meta }: AnyEvent) {
  if (meta.type !== type) return { code: 'TYPE_MISMATCH', message: 'ce_type and the value name two types' };
  if (identityOf(meta) === identity) return undefined;
  return { code: 'IDENTITY_MISMATCH', message: 'ce_id or ce_source names another event than the value' };
}
