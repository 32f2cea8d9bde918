import { Counter, Histogram, type Registry } from 'prom-client';
import type { ConsumedRecord } from './assignment/record.ts';
import { createFailureWatch, type TenantFigure } from './tenant-watch.ts';

/**
 * How a record ended. `done` and `dead` are final; `parked` moved to the waiting topic; `skipped` is a type that the
 * service does not handle.
 */
export type Ending = 'done' | 'dead' | 'retried' | 'deferred' | 'parked' | 'duplicate' | 'skipped';

type Typed = Pick<ConsumedRecord, 'type'>;

/** docs/metrics.md lists the names. */
export interface ConsumeMetrics {
  /** A record was read from a source topic or a retry topic. */
  accepted(from: 'source' | 'retry'): void;
  /** Unfinished records that the next owner of their partition reads again. */
  left(count: number): void;
  ended(record: Typed & { readonly from: { readonly active: boolean } }, ending: Ending): void;
  /** Records of a topic were deleted before they were read. */
  lost(topic: string, count: number): void;
  /** A handler found nothing to do. Only the first 100 reasons get a label of their own. */
  nothingToDo(record: Typed, reason: string): void;
  attempted(record: Typed & Pick<ConsumedRecord, 'tenant'>, outcome: string, ms: number): void;
  /** The tenants whose attempts fail most. */
  failingTenants(): TenantFigure[];
  /** The effect is there: records the time since ingest accepted the event, unless a replay brought it. */
  effect(record: Pick<ConsumedRecord, 'type' | 'receivedAt' | 'replay'>): void;
  /** Counts since the start, for tests and the watchdog. */
  readonly counts: Readonly<Record<Ending, number>>;
  /** Runs of handlers that ended. */
  readonly attempts: number;
  /** Records that were read and have no outcome yet, by the counters. */
  readonly open: number;
}

const HANDLER_BUCKETS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** From events without any wait to those that pass all retry topics. */
const EFFECT_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600];

/**
 * @param types the types that the service handles; others count as `unknown`, which bounds the number of labels
 */
export function createConsumeMetrics(registry: Registry | undefined, types: ReadonlySet<string>): ConsumeMetrics {
  const counts = { done: 0, dead: 0, retried: 0, deferred: 0, parked: 0, duplicate: 0, skipped: 0 };
  const ledger = { source: 0, retry: 0, ended: 0, left: 0, late: 0 };
  const byLabels = new Map<string, { type: string; outcome: Ending; count: number }>();
  // Counters start at 0, or Prometheus would miss their first increase.
  for (const type of types) {
    for (const outcome of Object.keys(counts) as Ending[])
      byLabels.set(`${type}|${outcome}`, { type, outcome, count: 0 });
  }
  const label = (type: string): string => (types.has(type) ? type : 'unknown');
  const registers = registry === undefined ? [] : [registry];

  new Counter({
    name: 'consumer_accepted_total',
    help: 'Records read from source topics and retry topics.',
    labelNames: ['origin'],
    registers,
    collect() {
      this.reset();
      for (const origin of ['source', 'retry'] as const) this.inc({ origin }, ledger[origin]);
    },
  });
  new Counter({
    name: 'consumer_records_total',
    help: 'Records by outcome.',
    labelNames: ['type', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const { type, outcome, count } of byLabels.values()) this.inc({ type, outcome }, count);
    },
  });
  const left = new Counter({
    name: 'consumer_left_total',
    help: 'Unfinished records released to the next owner of their partition.',
    registers,
  });
  const lost = new Counter({
    name: 'consumer_records_lost_total',
    help: 'Records that Kafka deleted before they were read.',
    labelNames: ['topic'],
    registers,
  });
  const handlerSeconds = new Histogram({
    name: 'consumer_handler_seconds',
    help: 'Duration of handler runs, by outcome.',
    labelNames: ['type', 'outcome'],
    buckets: HANDLER_BUCKETS,
    registers,
  });
  const effectSeconds = new Histogram({
    name: 'consumer_effect_seconds',
    help: 'Time from the acceptance by ingest to the effect, including retries and redrives.',
    labelNames: ['type'],
    buckets: EFFECT_BUCKETS,
    registers,
  });
  const nothingToDo = new Counter({
    name: 'consumer_nothing_to_do_total',
    help: 'Events done without an effect, by reason.',
    labelNames: ['type', 'reason'],
    registers,
  });
  const reasons = new Set<string>();
  const failures = createFailureWatch();
  let attempts = 0;

  return {
    counts,
    get attempts() {
      return attempts;
    },
    get open() {
      // `late` corrects records that are in both `left` and `ended`.
      return ledger.source + ledger.retry + ledger.late - ledger.ended - ledger.left;
    },
    accepted(origin) {
      ledger[origin] += 1;
    },
    left(count) {
      ledger.left += count;
      left.inc(count);
    },
    lost: (topic, count) => lost.inc({ topic }, count),
    ended({ type, from }, ending) {
      counts[ending] += 1;
      ledger.ended += 1;
      if (!from.active) ledger.late += 1;
      const key = `${type}|${ending}`;
      const entry = byLabels.get(key);
      if (entry !== undefined) entry.count += 1;
      else if (byLabels.size < 1_000) byLabels.set(key, { type: label(type), outcome: ending, count: 1 });
    },
    nothingToDo({ type }, reason) {
      if (reasons.size < 100) reasons.add(reason);
      nothingToDo.inc({ type: label(type), reason: reasons.has(reason) ? reason : 'other' });
    },
    attempted({ type, tenant }, outcome, ms) {
      attempts += 1;
      if (outcome === 'failed' || outcome === 'permanent') failures.failed(tenant);
      handlerSeconds.observe({ type: label(type), outcome }, ms / 1_000);
    },
    failingTenants: failures.worst,
    effect({ type, receivedAt, replay }) {
      if (receivedAt > 0 && replay === 0)
        effectSeconds.observe({ type: label(type) }, Math.max(Date.now() - receivedAt, 0) / 1_000);
    },
  };
}
