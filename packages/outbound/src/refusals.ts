import type { OutboundError } from './outbound-error.ts';

/** What a system has refused of late, to tell one that refuses us from one that refuses a single request. */
export interface Refusals {
  /** A request was answered 403 or 404. True when so many were in a row that none of the events is at fault. */
  refused(method: string): boolean;
  succeeded(method: string): void;
  /** The system refuses us, for this reason, until a request succeeds. */
  refusesUs(error: OutboundError): void;
  /** Why the system refuses us; undefined when it does not. */
  readonly reason: string | undefined;
}

/**
 * The refusals before it cost a dead letter each: few. A refusal is permanent, so an event makes one of them, and ten
 * are ten events in a row without a success: more than a few that happen to be wrong.
 */
const REFUSALS_TO_PAUSE = 10;

export function createRefusals(): Refusals {
  // An account that may read and not write answers look-ups: they say nothing of the writes.
  let reads = 0;
  let writes = 0;
  let reason: string | undefined;

  return {
    refused(method) {
      if (method === 'GET') reads += 1;
      else writes += 1;
      return reads + writes >= REFUSALS_TO_PAUSE;
    },
    succeeded(method) {
      reads = 0;
      if (method !== 'GET') writes = 0;
      if (writes < REFUSALS_TO_PAUSE) reason = undefined;
    },
    refusesUs(error) {
      reason = error.message;
    },
    get reason() {
      return reason;
    },
  };
}
