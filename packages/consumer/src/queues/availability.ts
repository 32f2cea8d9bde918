/** Why a target is unavailable. */
export interface Unavailability {
  /** When it became unavailable, in epoch ms. */
  readonly since: number;
  /** The latest failure, without personal data. */
  readonly why: string;
  /** Not to be tried before, in epoch ms. */
  readonly retryAt: number;
  /** Whether the target told when it takes requests again, as with a rate limit: it is not down. */
  readonly isLimit: boolean;
}

/** An unavailable target with the records in memory that wait for it. */
export interface TargetDetail extends Unavailability {
  readonly waiting: number;
}

/** A record found that its target cannot be used now. */
export interface TargetFailure {
  readonly why: string;
  /** The earliest time of the next try, from now; 0 if the target did not say. */
  readonly retryAfterMs: number;
}

/** A target became unavailable or came back. */
export interface AvailabilityChange {
  readonly target: string;
  readonly to: 'down' | 'up';
  readonly why: string;
  readonly isLimit: boolean;
}

/**
 * Which outside systems, by the names of their connections, can be used now. A target becomes unavailable when a handler
 * fails with `retry: 'when-available'` for it, and available again with the first success. Only events that need it wait.
 */
export interface Availability {
  /** The target exists, even if no request has gone to it yet. While all targets are down, the service pauses. */
  knows(target: string): void;
  /** A request to the target succeeded. */
  succeeded(target: string, startedAt?: number): void;
  /** Whether a handler with this signal may ask the target now: while it is unavailable, only its probe may. */
  allows(target: string, signal?: AbortSignal): boolean;
  /** As `AbortSignal.any`, of a handler's signal and others: requests with it are still those of the handler. */
  anySignal(signal: AbortSignal, ...others: readonly AbortSignal[]): AbortSignal;
  /** The unavailable targets: since when, why, and how many records in memory wait for them. */
  readonly details: ReadonlyMap<string, TargetDetail>;
  isDown(target: string): boolean;
}

/** The side of the runtime. */
export interface AvailabilityControl extends Availability {
  /** Whether every target that the process knows is unavailable, and nothing had an effect since then. */
  readonly isNothingLeft: boolean;
  /** Why the target that has been unavailable longest is; empty if none is. */
  readonly firstWhy: string;
  /** When a target came back last, in epoch ms; 0 if none did. */
  readonly lastReturnAt: number;
  /** The earliest time of the next probe of an unavailable target, in epoch ms. Undefined while it is available. */
  retryAtOf(target: string): number | undefined;
  /** Returns the name under which the target is known: `OTHER` beyond the bound of names. */
  nameOf(target: string): string;
  failed(target: string, failure: TargetFailure): void;
  /** The target can be used again, or its state is no longer known. */
  end(target: string): void;
  /** A handler that started then had its effect without asking an unavailable target. */
  worked(startedAt: number): void;
  /** Remembers whose attempt a signal belongs to: that of the probe of this target, or of no probe. */
  attempts(signal: AbortSignal, probes: string | undefined): void;
  /** Counts the records that wait for a target. */
  countWith(waiting: (target: string) => number): void;
  /** Calls `changed` when a target becomes unavailable or comes back, and when `isNothingLeft` may have changed. */
  onChange(changed: (change?: AvailabilityChange) => void): void;
  /** Calls `succeeded` with the name of a target after each success. */
  onSuccess(succeeded: (target: string) => void): void;
}

/** The name of whatever has no name of its own. */
export const OTHER = 'outside';
const PROBE_EVERY_MS = 1_000;
/** Names come from connections, not from events; the bound keeps a mistake from filling the memory. */
const MOST_TARGETS = 50_000;
const LONGEST_NAME = 200;

export function createAvailability(now: () => number = Date.now): AvailabilityControl {
  const named = new Set<string>();
  let namedAndDown = 0;
  const down = new Map<string, Unavailability>();
  const signals = new WeakMap<AbortSignal, string | undefined>();
  const changeListeners: ((change?: AvailabilityChange) => void)[] = [];
  const successListeners: ((target: string) => void)[] = [];
  let waitingFor: (target: string) => number = () => 0;
  let lastReturnAt = 0;
  /** When the last target became unavailable. Effects since then show that something else works. */
  let lastDownAt = 0;
  let othersWork = false;

  function nameOf(target: string): string {
    if (target === '' || target.length > LONGEST_NAME) return OTHER;
    const isKnown = named.has(target) || down.has(target);
    return isKnown || Math.max(named.size, down.size) < MOST_TARGETS ? target : OTHER;
  }

  function knows(target: string): string {
    const name = nameOf(target);
    if (named.has(name)) return name;
    named.add(name);
    if (down.has(name)) namedAndDown += 1;
    return name;
  }

  function changed(change?: AvailabilityChange): void {
    for (const listener of changeListeners) listener(change);
  }

  function end(target: string): void {
    const former = down.get(target);
    if (former === undefined) return;
    down.delete(target);
    if (named.has(target)) namedAndDown -= 1;
    lastReturnAt = now();
    if (down.size === 0) othersWork = false;
    changed({ target, to: 'up', why: former.why, isLimit: false });
  }

  return {
    knows(target) {
      const isNews = !named.has(target);
      knows(target);
      if (isNews && down.size > 0) changed();
    },
    succeeded(target, startedAt = now()) {
      const name = knows(target);
      const failure = down.get(name);
      // A request that started before the failure proves nothing.
      if (failure !== undefined && startedAt <= failure.since) return;
      end(name);
      for (const listener of successListeners) listener(name);
    },
    allows(target, signal) {
      const name = nameOf(target);
      if (!down.has(name) || signal === undefined || !signals.has(signal)) return true;
      return signals.get(signal) === name || waitingFor(name) === 0;
    },
    anySignal(signal, ...others) {
      const any = AbortSignal.any([signal, ...others]);
      if (signals.has(signal)) signals.set(any, signals.get(signal));
      return any;
    },
    get details() {
      return new Map([...down].map(([target, one]) => [target, { ...one, waiting: waitingFor(target) }]));
    },
    isDown: (target) => down.has(target),
    get isNothingLeft() {
      return down.size > 0 && !othersWork && namedAndDown === named.size;
    },
    get firstWhy() {
      const [first] = down.values();
      return first?.why ?? '';
    },
    get lastReturnAt() {
      return lastReturnAt;
    },
    retryAtOf: (target) => down.get(target)?.retryAt,
    nameOf,
    failed(target, { why, retryAfterMs }) {
      const name = nameOf(target);
      const retryAt = now() + (retryAfterMs > 0 ? retryAfterMs : PROBE_EVERY_MS);
      const former = down.get(name);
      const isLimit = retryAfterMs > 0;
      down.set(name, { since: former?.since ?? now(), why, retryAt, isLimit });
      if (former !== undefined) return;
      if (named.has(name)) namedAndDown += 1;
      lastDownAt = now();
      changed({ target: name, to: 'down', why, isLimit });
    },
    end,
    worked(startedAt) {
      if (othersWork || down.size === 0 || startedAt <= lastDownAt) return;
      othersWork = true;
      changed();
    },
    attempts: (signal, probes) => void signals.set(signal, probes),
    countWith(waiting) {
      waitingFor = waiting;
    },
    onChange: (listener) => void changeListeners.push(listener),
    onSuccess: (listener) => void successListeners.push(listener),
  };
}
