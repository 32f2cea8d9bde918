import type { EventState, StateSubject } from '../redis/event-state.ts';

/** The exclusive right to run one event, while it is renewed in time. */
export class Lease {
  readonly token: string;
  /** What ends when another worker has taken the lease. */
  attempt: { abort(reason: Error): void } | undefined;
  readonly subject: StateSubject;
  /** `held`: the event was the first of those that wait for its key. */
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

  /** Whether the lease has certainly not expired, as it may after a suspension of the process. */
  holds(): boolean {
    // A tenth is reserved for the time between the check and the effect.
    return performance.now() < this.until - this.#leaseMs / 10;
  }
}

export interface Leases {
  /** @param askedAt when Redis was asked: the lease starts before the answer arrives */
  open(subject: StateSubject, token: string, admittedAs: Lease['admittedAs'], askedAt: number): Lease;
  close(lease: Lease): void;
  stop(): void;
  readonly size: number;
}

/** Renews each open lease after a third of its time. */
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
      // The service stops, and the lease expires by itself.
    }
    if (!open.has(lease)) return;
    lease.until = lost ? 0 : askedAt + leaseMs;
    if (lost) lease.attempt?.abort(new Error('the lease is lost'));
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
