import type { Semaphore } from '@switchboard/async';
import { type AnyEvent, identityOf } from '@switchboard/events';
import { type ConsumedRecord, placeOf } from '../assignment/record.ts';
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

  /** The handler cannot get the record: its position becomes its identity. */
  function unreadable(record: ConsumedRecord, outcome: Outcome): true {
    record.reading = outcome;
    record.identity = placeOf(record);
    return true;
  }

  /** Sets the reading of the record. Returns false if the registry is down. */
  async function decodeInto(record: ConsumedRecord): Promise<boolean> {
    if (record.defect !== undefined) return unreadable(record, { kind: 'permanent', cause: record.defect });
    let event: AnyEvent;
    try {
      event = await decode(record.value as Buffer);
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome.kind === 'unavailable') {
        pause.begin('registry', whyPaused(error).reason);
        return false;
      }
      // The version that handles the type may be able to read it.
      const isOurs = handlers.has(record.type);
      return unreadable(record, isOurs ? { kind: 'permanent', cause: causeOf(error) } : noHandler(record.type));
    }
    record.receivedAt = event.meta.receivedAt;
    const mismatch = mismatchOf(record, event);
    if (mismatch !== undefined) return unreadable(record, { kind: 'permanent', cause: mismatch });
    record.isVerified = true;
    record.reading = handlers.has(record.type) ? event : noHandler(record.type);
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
