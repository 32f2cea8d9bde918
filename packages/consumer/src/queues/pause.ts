/** What a consumer can wait for. */
export type PauseReason = 'redis' | 'registry' | 'outside';

export interface PauseDetail {
  /** Epoch milliseconds. */
  readonly since: number;
  /** The latest failure, without personal data. */
  readonly why: string;
}

/**
 * Keeps records from running while something that every event needs is down. `redis` ends when Redis answers. The
 * others end by trying: during the pause, one record a second may run as a probe, and its outcome ends the pause or
 * prolongs it.
 */
export interface Pause {
  readonly reasons: ReadonlySet<PauseReason>;
  /** For each reason, since when and why. */
  readonly details: ReadonlyMap<PauseReason, PauseDetail>;
  begin(reason: PauseReason, why?: string): void;
  end(reason: PauseReason): void;
  /** Whether a record may run now. Asking uses up a probe's permission. */
  admits(): boolean;
  stop(): void;
}

const PROBE_EVERY_MS = 1_000;

/** @param changed called when the pause begins or ends, and when a probe may run */
export function createPause(changed: () => void): Pause {
  const reasons = new Set<PauseReason>();
  const details = new Map<PauseReason, PauseDetail>();
  let probeAllowed = false;
  let timer: NodeJS.Timeout | undefined;

  const needsProbe = (): boolean => reasons.has('outside') || reasons.has('registry');

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (!needsProbe()) return;
      probeAllowed = true;
      changed();
      schedule();
    }, PROBE_EVERY_MS);
  }

  return {
    reasons,
    details,
    begin(reason, why = '') {
      const wasRunning = reasons.size === 0;
      reasons.add(reason);
      details.set(reason, { since: details.get(reason)?.since ?? Date.now(), why });
      probeAllowed = false;
      if (needsProbe()) schedule();
      if (wasRunning) changed();
    },
    end(reason) {
      details.delete(reason);
      if (reasons.delete(reason) && reasons.size === 0) changed();
    },
    admits() {
      if (reasons.size === 0) return true;
      if (!probeAllowed || reasons.has('redis')) return false;
      probeAllowed = false;
      return true;
    },
    stop() {
      clearTimeout(timer);
    },
  };
}
