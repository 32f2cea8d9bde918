import type { StepSubject, Steps } from '../redis/steps.ts';

/** The right to run one event, as long as its lease is renewed in time. */
export class Claim {
  readonly token: string;
  /** Called when the lease turns out to be another worker's. */
  onLost: (() => void) | undefined;
  readonly subject: StepSubject;
  /** `held`: it was the head of those that wait for its key. */
  readonly admittedAs: 'run' | 'held';
  readonly #leaseMs: number;
  until: number;

  constructor(subject: StepSubject, token: string, admittedAs: 'run' | 'held', askedAt: number, leaseMs: number) {
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

export interface Claims {
  /** @param askedAt the lease counts from before the question, whenever the answer came. */
  open(subject: StepSubject, token: string, admittedAs: Claim['admittedAs'], askedAt: number): Claim;
  close(claim: Claim): void;
  stop(): void;
  readonly size: number;
}

/** Renews the leases of all open claims at a third of their time. */
export function createClaims({ steps, leaseMs }: { steps: Pick<Steps, 'renew'>; leaseMs: number }): Claims {
  const open = new Set<Claim>();

  async function renew(claim: Claim): Promise<void> {
    const askedAt = performance.now();
    let lost = true;
    try {
      lost = (await steps.renew(claim.subject, claim.token)) === 'refused';
    } catch {
      // The steps were closed: the service stops, and the lease runs out by itself.
    }
    if (!open.has(claim)) return;
    claim.until = lost ? 0 : askedAt + leaseMs;
    if (lost) claim.onLost?.();
  }

  const timer = setInterval(() => {
    const soon = performance.now() + (leaseMs * 2) / 3;
    for (const claim of open) if (claim.until > 0 && claim.until < soon) void renew(claim);
  }, leaseMs / 6);

  return {
    open(subject, token, admittedAs, askedAt) {
      const claim = new Claim(subject, token, admittedAs, askedAt, leaseMs);
      open.add(claim);
      return claim;
    },
    close(claim) {
      open.delete(claim);
    },
    stop() {
      clearInterval(timer);
    },
    get size() {
      return open.size;
    },
  };
}
