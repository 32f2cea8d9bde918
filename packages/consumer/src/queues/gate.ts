/** Why nothing may run at the moment. */
export type Closure = 'redis' | 'registry' | 'outside';

export interface Pause {
  /** Epoch milliseconds. */
  readonly since: number;
  /** The latest failure, without personal data. */
  readonly why: string;
}

/**
 * Closed while something that every event needs is down. `redis` opens when Redis answers. The others are found
 * out by trying: while one of them is closed, one record a second may run as a probe; its outcome opens the gate
 * or keeps it closed.
 */
export interface Gate {
  readonly closedBy: ReadonlySet<Closure>;
  /** Since when each of them is down, and how that shows. */
  readonly pauses: ReadonlyMap<Closure, Pause>;
  close(reason: Closure, why?: string): void;
  open(reason: Closure): void;
  /** Whether a record may run now; a probe's permission is used up by asking. */
  admits(): boolean;
  stop(): void;
}

const PROBE_EVERY_MS = 1_000;

/** @param changed is called when the gate opens or closes, and when a probe may run. */
export function createGate(changed: () => void): Gate {
  const closedBy = new Set<Closure>();
  const pauses = new Map<Closure, Pause>();
  let probeAllowed = false;
  let timer: NodeJS.Timeout | undefined;

  const needsProbe = (): boolean => closedBy.has('outside') || closedBy.has('registry');

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
    closedBy,
    pauses,
    close(reason, why = '') {
      const wasOpen = closedBy.size === 0;
      closedBy.add(reason);
      pauses.set(reason, { since: pauses.get(reason)?.since ?? Date.now(), why });
      probeAllowed = false;
      if (needsProbe()) schedule();
      if (wasOpen) changed();
    },
    open(reason) {
      pauses.delete(reason);
      if (closedBy.delete(reason) && closedBy.size === 0) changed();
    },
    admits() {
      if (closedBy.size === 0) return true;
      if (!probeAllowed || closedBy.has('redis')) return false;
      probeAllowed = false;
      return true;
    },
    stop() {
      clearTimeout(timer);
    },
  };
}
