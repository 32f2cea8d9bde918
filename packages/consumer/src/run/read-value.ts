import type { FairSemaphore } from '@switchboard/async';
import { type AnyEvent, identityOf } from '@switchboard/events';
import { type ConsumedRecord, inReplay, placeOf } from '../assignment/record.ts';
import { causeOf, type Outcome, outcomeOf, whyPaused } from './attempt.ts';
import type { AttemptParts } from './attempts.ts';

type Parts = Pick<AttemptParts, 'service' | 'handlers' | 'decode' | 'pause'> & { semaphore: FairSemaphore };

/**
 * Decodes the value of a record before anything is leased or marked, since everyone who may write to the topic may
 * write any header. If the value does not confirm the headers, the position of the record becomes its identity. While
 * the registry is down, records wait for the semaphore, and only probes decode.
 * @returns false when the record is no longer wanted
 */
export type ReadValue = (
  record: ConsumedRecord,
  urgent: boolean,
  isWanted: () => boolean,
) => boolean | Promise<boolean>;

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

  /** Sets the reading of the record. False if the registry is down. */
  function decodeInto(record: ConsumedRecord): boolean | Promise<boolean> {
    if (record.defect !== undefined) return unreadable(record, { kind: 'permanent', cause: record.defect });
    try {
      const event = decode(record.value as Buffer);
      // Nearly all schemas are known, and a promise for each event would cost as much as the rest of this function.
      if (!(event instanceof Promise)) return take(record, event);
      return event.then(
        (decoded) => take(record, decoded),
        (error) => refuse(record, error),
      );
    } catch (error) {
      return refuse(record, error);
    }
  }

  function take(record: ConsumedRecord, event: AnyEvent): boolean {
    record.receivedAt = event.meta.receivedAt;
    const mismatch = mismatchOf(record, event);
    if (mismatch !== undefined) return unreadable(record, { kind: 'permanent', cause: mismatch });
    record.isVerified = true;
    record.reading = handlers.has(record.type) ? event : noHandler(record.type);
    return true;
  }

  function refuse(record: ConsumedRecord, error: unknown): boolean {
    const outcome = outcomeOf(error);
    if (outcome.kind === 'unavailable') {
      pause.begin('registry', whyPaused(error).reason);
      return false;
    }
    // The version that handles the type may be able to read it.
    const isOurs = handlers.has(record.type);
    return unreadable(record, isOurs ? { kind: 'permanent', cause: causeOf(error) } : noHandler(record.type));
  }

  async function readOnceAvailable(record: ConsumedRecord, urgent: boolean, isWanted: () => boolean): Promise<boolean> {
    while (await semaphore.acquire(record.tenant, urgent, isWanted)) {
      const isKnown = await decodeInto(record);
      if (isKnown) pause.end('registry');
      semaphore.release(record.tenant);
      if (isKnown) return isWanted();
    }
    return false;
  }

  return (record, urgent, isWanted) => {
    const isKnown = record.reading !== undefined || decodeInto(record);
    if (isKnown === true) return isWanted();
    return Promise.resolve(isKnown).then((known) => (known ? isWanted() : readOnceAvailable(record, urgent, isWanted)));
  };
}

function mismatchOf({ type, identity, replay }: ConsumedRecord, { meta }: AnyEvent) {
  if (meta.type !== type) return { code: 'TYPE_MISMATCH', message: 'ce_type and the value name different types' };
  if (inReplay(identityOf(meta), replay) === identity) return undefined;
  return { code: 'IDENTITY_MISMATCH', message: 'ce_id or ce_source names another event than the value' };
}
