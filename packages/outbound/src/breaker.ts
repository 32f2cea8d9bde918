import { CircuitState, circuitBreaker, handleWhenResult } from 'cockatiel';

/**
 * How a call ended: `answered` with any status below 500; `unreachable` without an answer, or with a status that says
 * so (502, 503, 504); `failed` with any other 5xx, which may be the fault of the request; `aborted` by us, so the state
 * of the target is unknown.
 */
export type Verdict = 'answered' | 'unreachable' | 'failed' | 'aborted';

export type BreakerState = 'closed' | 'half-open' | 'open';

export interface Breaker {
  readonly state: BreakerState;
  /** Whether a call would be refused now. */
  readonly refuses: boolean;
  /** Runs the call. Returns undefined when it is refused. While half open, one call at a time runs as a probe. */
  run<T extends { readonly verdict: Verdict }>(call: () => Promise<T>): Promise<T | undefined>;
}

/**
 * More failures than one event can cause, which must not stop the others: 3 attempts in each of 4 topics, 12 in all.
 */
const FAILURES_TO_OPEN = 20;
/** A target that cannot be reached is no event's fault. Fewer than the attempts of an event, which must not die for it. */
const UNREACHABLE_TO_OPEN = 5;
/** The consumer runs one probe a second while the service is paused. */
const PROBE_EVERY_MS = 1_000;

const STATES: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};

class Aborted extends Error {
  readonly call: unknown;

  constructor(call: unknown) {
    super('aborted');
    this.call = call;
  }
}

/** @param changed called with each new state */
export function createBreaker(changed: (state: BreakerState) => void): Breaker {
  let openedAt = 0;
  /** In a row. */
  let failures = 0;
  let unreachable = 0;
  const policy = circuitBreaker(
    // An aborted probe proves nothing: the breaker stays open.
    handleWhenResult((call) => (call as { verdict: Verdict }).verdict !== 'answered'),
    {
      halfOpenAfter: PROBE_EVERY_MS,
      breaker: {
        state: undefined,
        success() {},
        failure: () => failures >= FAILURES_TO_OPEN || unreachable >= UNREACHABLE_TO_OPEN,
      },
    },
  );
  policy.onStateChange((state) => {
    if (state === CircuitState.Open) openedAt = Date.now();
    changed(STATES[state]);
  });

  function count(verdict: Verdict): void {
    if (verdict === 'aborted') return;
    failures = verdict === 'answered' ? 0 : failures + 1;
    unreachable = verdict === 'unreachable' ? unreachable + 1 : verdict === 'answered' ? 0 : unreachable;
  }

  const refuses = (): boolean =>
    policy.state === CircuitState.HalfOpen ||
    (policy.state === CircuitState.Open && Date.now() - openedAt < PROBE_EVERY_MS);

  return {
    get state() {
      return STATES[policy.state];
    },
    get refuses() {
      return refuses();
    },
    async run(call) {
      if (refuses()) return undefined;
      const closed = policy.state === CircuitState.Closed;
      try {
        return await policy.execute(async () => {
          const result = await call();
          count(result.verdict);
          // Counts neither as a failure nor as a success.
          if (closed && result.verdict === 'aborted') throw new Aborted(result);
          return result;
        });
      } catch (error) {
        if (error instanceof Aborted) return error.call as Awaited<ReturnType<typeof call>>;
        throw error;
      }
    },
  };
}
