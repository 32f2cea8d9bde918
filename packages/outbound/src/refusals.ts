import type { OutboundError } from './outbound-error.ts';

/** Distinguishes a system that refuses us from one that refuses a single request. */
export interface Refusals {
  /** Counts a 403 or 404. True after so many in a row that no single event is at fault. */
  refused(method: string): boolean;
  succeeded(method: string): void;
  /** The system refuses us, for this reason, until a request of the kind succeeds. */
  refusesUs(error: OutboundError, method: string): void;
  /** Why the system refuses us; undefined when it does not. */
  readonly reason: string | undefined;
}

/**
 * Each refusal before this one costs a dead letter, so the number is small. An event causes one refusal, since refusals
 * are permanent: ten are ten events in a row without a success, more than a few wrong events.
 */
const REFUSALS_TO_PAUSE = 10;

export function createRefusals(): Refusals {
  // An account with read-only rights can look up, so a successful read does not prove that writes work.
  let reads = 0;
  let writes = 0;
  let readReason: string | undefined;
  let writeReason: string | undefined;

  return {
    refused(method) {
      if (method === 'GET') reads += 1;
      else writes += 1;
      return reads + writes >= REFUSALS_TO_PAUSE;
    },
    succeeded(method) {
      reads = 0;
      readReason = undefined;
      if (method === 'GET') return;
      writes = 0;
      writeReason = undefined;
    },
    refusesUs({ message }, method) {
      if (method === 'GET') readReason = message;
      else writeReason = message;
    },
    get reason() {
      return writeReason ?? readReason;
    },
  };
}
