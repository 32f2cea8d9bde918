import { Gauge, Histogram, type Registry } from 'prom-client';
import type { BreakerState } from './breaker.ts';
import type { OutboundErrorCode } from './outbound-error.ts';

/** How a request ended: with a usable answer, aborted by us, or with an error. */
export type RequestOutcome = 'ok' | 'aborted' | Lowercase<OutboundErrorCode>;

export interface OutboundMetrics {
  /** A request that was sent has ended. */
  ended(method: string, outcome: RequestOutcome, ms: number): void;
  breaker(state: BreakerState): void;
  inFlight(count: number): void;
}

const BREAKER_STATES: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };

/** All targets of a process share these three metrics; the label `target` names one. */
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
      help: 'State of the breaker: 0 closed, 1 half-open (one request probes), 2 open (the target counts as down).',
      labelNames: ['target'],
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

  return {
    ended: (method, outcome, ms) => seconds.observe({ target, method, outcome }, ms / 1_000),
    breaker: (state) => breakerState.set({ target }, BREAKER_STATES[state]),
    inFlight: (count) => inFlight.set({ target }, count),
  };
}
