import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { HeldBackBy } from './admission.ts';
import type { BreakerState } from './breaker.ts';
import type { OutboundErrorCode } from './outbound-error.ts';

/** How a request ended: with a usable answer, aborted by us, or with an error. */
export type RequestOutcome = 'ok' | 'aborted' | Lowercase<OutboundErrorCode>;

export interface OutboundMetrics {
  /** A request that was sent has ended. */
  ended(method: string, outcome: RequestOutcome, ms: number): void;
  breaker(state: BreakerState): void;
  /** A request is on its way. */
  started(): void;
  left(): void;
  /** A request was not sent. */
  heldBack(by: HeldBackBy): void;
  /** The target is closed: its breaker counts no longer. */
  closed(): void;
}

const BREAKER_STATES: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };

/** From the best to the worst. */
const STATES: readonly BreakerState[] = ['closed', 'half-open', 'open'];

/** All targets of a process share these metrics; the label `target` names one, or the kind of many. */
export function createOutboundMetrics(registry: Registry | undefined, target: string): OutboundMetrics {
  const registers = registry === undefined ? [] : [registry];
  const existing = <M>(name: string): M | undefined => registry?.getSingleMetric(name) as M | undefined;

  const seconds =
    existing<Histogram>('outbound_request_seconds') ??
    new Histogram({
      name: 'outbound_request_seconds',
      help: 'Duration of requests to outside systems, by outcome; excludes the wait for the semaphore.',
      labelNames: ['target', 'method', 'outcome'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
  const breakerState =
    existing<Gauge>('outbound_breaker_state') ??
    new Gauge({
      name: 'outbound_breaker_state',
      help: 'State of the breaker: 0 closed, 1 half-open (one request probes), 2 open (the target counts as down); of several targets the worst.',
      labelNames: ['target'],
      registers,
    });
  const targets =
    existing<Gauge>('outbound_targets') ??
    new Gauge({
      name: 'outbound_targets',
      help: 'Outside systems that are open in this process, by the state of their breaker.',
      labelNames: ['target', 'breaker'],
      registers,
    });
  const inFlight =
    existing<Gauge>('outbound_in_flight') ??
    new Gauge({
      name: 'outbound_in_flight',
      help: 'Requests to outside systems in flight.',
      labelNames: ['target'],
      registers,
    });
  const heldBack =
    existing<Counter>('outbound_held_back_total') ??
    new Counter({
      name: 'outbound_held_back_total',
      help: 'Requests that were not sent, by what held them back: concurrency, rate, or retry_after.',
      labelNames: ['target', 'by'],
      registers,
    });
  const counts = countsOf(targets, target);
  let current: BreakerState | undefined;

  function count(state: BreakerState | undefined): void {
    if (current !== undefined) counts[current] -= 1;
    if (state !== undefined) counts[state] += 1;
    current = state;
    for (const one of STATES) targets.set({ target, breaker: one }, counts[one]);
    breakerState.set({ target }, BREAKER_STATES[STATES.findLast((one) => counts[one] > 0) ?? 'closed']);
  }

  return {
    ended: (method, outcome, ms) => seconds.observe({ target, method, outcome }, ms / 1_000),
    breaker: count,
    started: () => inFlight.inc({ target }),
    left: () => inFlight.dec({ target }),
    heldBack: (by) => heldBack.inc({ target, by }),
    closed: () => count(undefined),
  };
}

type Counts = Record<BreakerState, number>;
const counted = new WeakMap<Gauge, Map<string, Counts>>();

/** How many targets of a label have which state. They belong to the gauge that shows them. */
function countsOf(gauge: Gauge, target: string): Counts {
  const byTarget = counted.get(gauge) ?? new Map<string, Counts>();
  counted.set(gauge, byTarget);
  const counts = byTarget.get(target) ?? { closed: 0, 'half-open': 0, open: 0 };
  byTarget.set(target, counts);
  return counts;
}
