/** The systems that a consumer can wait for. */
export const PAUSE_REASONS = ['redis', 'registry', 'outside'] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

export interface PauseDetail {
  /** Epoch milliseconds. */
  readonly since: number;
  /** The latest failure, without personal data. */
  readonly why: string;
}

/**
 * Stops records from running while a system that every event needs is down. `redis` ends when Redis answers. The
 * other reasons end by a probe: during the pause, one record a second may run, and its outcome ends or extends the
 * pause.
 */
export interface Pause {
  readonly reasons: ReadonlySet<PauseReason>;
  /** When each reason began, and why. */
  readonly details: ReadonlyMap<PauseReason, PauseDetail>;
  begin(reason: PauseReason, why?: string): void;
  end(reason: PauseReason): void;
  /** Whether a record may run now. During a pause, each call that returns true uses up the probe. */
  admits(): boolean;
  /** Calls `changed` when the pause begins or ends, and when a probe may run. */
  onChange(changed: () => void): void;
  stop(): void;
}

const PROBE_EVERY_MS = 1_000;

export function createPause(): Pause {
  const listeners: (() => void)[] = [];
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
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
    onChange: (listener) => void listeners.push(listener),
    stop() {
      clearTimeout(timer);
    },
  };
}
