import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ConsumedRecord } from './record.ts';

/** What became of a record: of these, done and dead are final, and skipped is one that the service does not handle. */
export type Ending = 'done' | 'dead' | 'retried' | 'parked' | 'duplicate' | 'skipped';

export interface ConsumeMetrics {
  ended(record: Pick<ConsumedRecord, 'type'>, ending: Ending): void;
  /** A handler found nothing to do; of its reasons the first hundred are told apart. */
  nothingToDo(record: Pick<ConsumedRecord, 'type'>, reason: string): void;
  attempted(record: Pick<ConsumedRecord, 'type'>, outcome: string, ms: number): void;
  /** Counts since the start, for the ledger of tests and the watchdog. */
  readonly counts: Readonly<Record<Ending, number>>;
}

export interface ConsumeGauges {
  running(): number;
  buffered(): number;
  bufferedBytes(): number;
  closedBy(): Iterable<string>;
}

const CLOSURES = ['redis', 'registry', 'outside'];

/** @param types the types the service handles; anything else is counted as `unknown`, so that labels stay few. */
export function createConsumeMetrics(
  registry: Registry | undefined,
  types: ReadonlySet<string>,
  gauges: ConsumeGauges,
): ConsumeMetrics {
  const counts = { done: 0, dead: 0, retried: 0, parked: 0, duplicate: 0, skipped: 0 };
  const byLabels = new Map<string, { type: string; ending: Ending; count: number }>();
  const label = (type: string): string => (types.has(type) ? type : 'unknown');
  const registers = registry === undefined ? [] : [registry];

  new Counter({
    name: 'consumer_records_total',
    help: 'Records by what became of them.',
    labelNames: ['type', 'ending'],
    registers,
    collect() {
      this.reset();
      for (const { type, ending, count } of byLabels.values()) this.inc({ type, ending }, count);
    },
  });
  const handlerSeconds = new Histogram({
    name: 'consumer_handler_seconds',
    help: 'How long handlers ran, by outcome.',
    labelNames: ['type', 'outcome'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const nothingToDo = new Counter({
    name: 'consumer_nothing_to_do_total',
    help: 'Events that were done without an effect, by the reason.',
    labelNames: ['type', 'reason'],
    registers,
  });
  const reasons = new Set<string>();
  gauge('consumer_running', 'Handlers that run now.', () => gauges.running());
  gauge('consumer_buffered_records', 'Records in memory, delayed ones included.', () => gauges.buffered());
  gauge('consumer_buffered_bytes', 'Bytes of the records in memory.', () => gauges.bufferedBytes());
  new Gauge({
    name: 'consumer_paused',
    help: '1 while the consumer waits for what it needs: redis, registry, or the outside system.',
    labelNames: ['reason'],
    registers,
    collect() {
      const closed = new Set(gauges.closedBy());
      for (const reason of CLOSURES) this.set({ reason }, closed.has(reason) ? 1 : 0);
    },
  });

  function gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  }

  return {
    counts,
    ended({ type }, ending) {
      counts[ending] += 1;
      const key = `${type}|${ending}`;
      const entry = byLabels.get(key);
      if (entry !== undefined) entry.count += 1;
      else if (byLabels.size < 1_000) byLabels.set(key, { type: label(type), ending, count: 1 });
    },
    nothingToDo({ type }, reason) {
      if (reasons.size < 100) reasons.add(reason);
      nothingToDo.inc({ type: label(type), reason: reasons.has(reason) ? reason : 'other' });
    },
    attempted({ type }, outcome, ms) {
      handlerSeconds.observe({ type: label(type), outcome }, ms / 1_000);
    },
  };
}
