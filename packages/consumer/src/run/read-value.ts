import { type AnyEvent, identityOf } from '@switchboard/events';
import { type ConsumedRecord, placeOf } from '../assignment/record.ts';
import type { Semaphore } from '../queues/semaphore.ts';
import { causeOf, type Outcome, outcomeOf, whyPaused } from './attempt.ts';
import type { AttemptParts } from './attempts.ts';

type Parts = Pick<AttemptParts, 'service' | 'handlers' | 'decode' | 'pause'> & { semaphore: Semaphore };

/**
 * Decodes the value of a record before anything is leased or marked, since everyone who may write to the topic may
 * write any header. If the value does not confirm the headers, the position of the record becomes its identity. While
 * the registry is down, records wait for the semaphore, and only probes decode.
 * @returns false when the record is no longer wanted
 */
export type ReadValue = (record: ConsumedRecord, urgent: boolean, isWanted: () => boolean) => Promise<boolean>;

export function createReadValue({ service, handlers, decode, pause, semaphore }: Parts): ReadValue {
  function noHandler(type: string): Outcome {
    const message = `this version of ${service} does not handle ${type}; the event waits for one that does`;
    return { kind: 'failed', cause: { code: 'NO_HANDLER', message }, retryAfterMs: 0, settled: true };
  }

  async function decodedOf(record: ConsumedRecord): Promise<AnyEvent | Outcome> {
    if (record.defect !== undefined) return { kind: 'permanent', cause: record.defect };
    try {
      return await decode(record.value as Buffer);
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome.kind === 'unavailable') return { ...outcome, why: whyPaused(error).reason };
      // The version that handles the type may be able to read it.
      return handlers.has(record.type) ? { kind: 'permanent', cause: causeOf(error) } : noHandler(record.type);
    }
  }

  /** Sets the reading of the record. Returns false if the registry is down. */
  async function decodeInto(record: ConsumedRecord): Promise<boolean> {
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
    if (record.reading !== undefined || (await decodeInto(record))) return isWanted();
    while (await semaphore.acquire(urgent, isWanted)) {
      const isKnown = await decodeInto(record);
      if (isKnown) pause.end('registry');
      semaphore.release();
      if (isKnown) return isWanted();
    }
    return false;
  };
}

function mismatchOf({ type, identity }: ConsumedRecord, { meta }: AnyEvent) {
  if (meta.type !== type) return { code: 'TYPE_MISMATCH', message: 'ce_type and the value name different types' };
  if (identityOf(meta) === identity) return undefined;
  return { code: 'IDENTITY_MISMATCH', message: 'ce_id or ce_source names another event than the value' };
}
