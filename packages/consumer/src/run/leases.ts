import type { EventState, StateSubject } from '../redis/event-state.ts';

/** The right to run one event, as long as its lease is renewed in time. */
export class Lease {
  readonly token: string;
  /** Called when the lease turns out to be another worker's. */
  onLost: (() => void) | undefined;
  readonly subject: StateSubject;
  /** `held`: it was the head of those that wait for its key. */
  readonly admittedAs: 'run' | 'held';
  readonly #leaseMs: number;
  until: number;

  constructor(subject: StateSubject, token: string, admittedAs: 'run' | 'held', askedAt: number, leaseMs: number) {
    this.subject = subject;
    this.token = token;
    this.admittedAs = admittedAs;
    this.until = askedAt + leaseMs;
    this.#leaseMs = leaseMs;
  }

  /** Whether the lease is surely still running; after a long pause of the process it is not. */
  holds(): boolean {
    // A tenth is left for the way between the check and the effect.
    return performance.now() < this.until - this.#leaseMs / 10;
  }
}

export interface Leases {
  /** @param askedAt the lease counts from before the question, whenever the answer came. */
  open(subject: StateSubject, token: string, admittedAs: Lease['admittedAs'], askedAt: number): Lease;
  close(lease: Lease): void;
  stop(): void;
  readonly size: number;
}

/** Renews the leases of all open claims at a third of their time. */
export function createLeases({
  eventState,
  leaseMs,
}: {
  eventState: Pick<EventState, 'renew'>;
  leaseMs: number;
}): Leases {
  const open = new Set<Lease>();

  async function renew(lease: Lease): Promise<void> {
    const askedAt = performance.now();
    let lost = true;
    try {
      lost = (await eventState.renew(lease.subject, lease.token)) === 'refused';
    } catch {
      // The steps were closed: the service stops, and the lease runs out by itself.
    }
    if (!open.has(lease)) return;
    lease.until = lost ? 0 : askedAt + leaseMs;
    if (lost) lease.onLost?.();
  }

  const timer = setInterval(() => {
    const soon = performance.now() + (leaseMs * 2) / 3;
    for (const lease of open) if (lease.until > 0 && lease.until < soon) void renew(lease);
  }, leaseMs / 6);

  return {
    open(subject, token, admittedAs, askedAt) {
      const lease = new Lease(subject, token, admittedAs, askedAt, leaseMs);
      open.add(lease);
      return lease;
    },
    close(lease) {
      open.delete(lease);
    },
    stop() {
      clearInterval(timer);
    },
    get size() {
      return open.size;
    },
  };
}
