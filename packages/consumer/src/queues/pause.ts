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
 * Stops records from running while a system that every event needs is down. `redis` ends when Redis answers, and
 * `registry` by a probe: during the pause, one record a second may run. `outside` ends when one of the outside systems
 * is available again, which their own probes find out; now and then, one record shows whether there are others.
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
/** Every so many times, if only outside systems are down. */
const LOOKS_APART = 5;

export function createPause(): Pause {
  const listeners: (() => void)[] = [];
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const reasons = new Set<PauseReason>();
  const details = new Map<PauseReason, PauseDetail>();
  let probeAllowed = false;
  let looks = 0;
  let timer: NodeJS.Timeout | undefined;

  const needsProbe = (): boolean => reasons.has('outside') || reasons.has('registry');

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (!needsProbe()) return;
      const isTime = reasons.has('registry') || looks % LOOKS_APART === 0;
      looks += 1;
      schedule();
      if (!isTime) return;
      probeAllowed = true;
      changed();
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
      if (!wasRunning) return;
      looks = 0;
      changed();
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
