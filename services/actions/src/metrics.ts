import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RefusalCode } from './run/answer.ts';
import type { Jobs } from './run/jobs.ts';
import type { OutcomeName } from './run/outcome.ts';

export interface ActionMetrics {
  ended(action: string, outcome: OutcomeName, ms: number): void;
  /** A request that was answered without a run, or with a run's refusal. */
  refused(action: string, code: RefusalCode): void;
  promised(action: string): void;
  cacheHit(action: string): void;
  takenOver(): void;
  untold(): void;
}

/** Requests for actions that do not exist share a label: callers choose the names. */
export const UNKNOWN_ACTION = 'unknown';

/** @param names of the actions in force, whose series are 0 until something happens */
export function createActionMetrics(
  registry: Registry,
  count: Jobs['count'],
  names: () => Iterable<string>,
): ActionMetrics {
  const registers = [registry];
  /** A histogram can be set to 0 only before it observes. */
  const observed = new Set<string>();
  const seconds = new Histogram({
    name: 'actions_run_seconds',
    help: 'Duration of runs, from the request to the result, by action and outcome',
    labelNames: ['action', 'outcome'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10, 30, 120, 300],
    registers,
    collect() {
      for (const action of names()) {
        if (!observed.has(action)) this.zero({ action, outcome: 'ok' });
        observed.add(action);
      }
    },
  });
  const counter = (name: string, help: string, labels: { readonly code?: string } = {}): Counter =>
    new Counter({
      ...{ name, help, registers, labelNames: ['action', ...Object.keys(labels)] },
      collect() {
        for (const action of names()) this.inc({ action, ...labels }, 0);
      },
    });
  const refused = counter('actions_refused_total', 'Requests that were answered with a problem, by action and code', {
    code: 'not_found',
  });
  const promised = counter(
    'actions_promised_total',
    'Runs that took longer than their caller waited and were answered 202',
  );
  const hits = counter('actions_cache_hits_total', 'Reads that were answered with a kept result');
  const takenOver = new Counter({
    name: 'actions_taken_over_total',
    help: 'Runs of instances that ended without finishing them',
    registers,
  });
  const untold = new Counter({
    name: 'actions_audit_lost_total',
    help: 'Runs without an action.completed event, because Kafka was unavailable for too long',
    registers,
  });
  new Gauge({
    name: 'actions_runs',
    help: 'Runs in progress: waiting are those whose caller waits, background those that were answered 202',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of ['waiting', 'background'] as const) this.set({ state }, count(state));
    },
  });
  return {
    ended(action, outcome, ms) {
      if (outcome === 'ok') observed.add(action);
      seconds.observe({ action, outcome }, ms / 1_000);
    },
    refused: (action, code) => refused.inc({ action, code: code.toLowerCase() }),
    promised: (action) => promised.inc({ action }),
    cacheHit: (action) => hits.inc({ action }),
    takenOver: () => takenOver.inc(),
    untold: () => untold.inc(),
  };
}
