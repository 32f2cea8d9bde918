import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { PartitionLag } from './assignment/lag.ts';
import type { ConsumedRecord } from './assignment/record.ts';
import type { StateGauges } from './redis/state-gauges.ts';

/** What became of a record: of these, done and dead are final, and skipped is one that the service does not handle. */
export type Ending = 'done' | 'dead' | 'retried' | 'deferred' | 'duplicate' | 'skipped';

type Typed = Pick<ConsumedRecord, 'type'>;

/** docs/metrics.md tells what each is called. */
export interface ConsumeMetrics {
  /** A record was read: from a topic of the catalogue, or from the retry chain. */
  accepted(from: 'source' | 'retry'): void;
  /** Records that were read and go unfinished to the next owner of their partition. */
  left(count: number): void;
  ended(record: Typed & { readonly from: { readonly active: boolean } }, ending: Ending): void;
  /** Records of a topic were deleted before they were read. */
  lost(topic: string, count: number): void;
  /** A handler found nothing to do; of its reasons the first hundred are told apart. */
  nothingToDo(record: Typed, reason: string): void;
  attempted(record: Typed, outcome: string, ms: number): void;
  /** The effect is there, so long after the ingest accepted the event. */
  effect(record: Pick<ConsumedRecord, 'type' | 'receivedAt'>): void;
  /** Counts since the start, for the ledger of tests and the watchdog. */
  readonly counts: Readonly<Record<Ending, number>>;
  /** Runs of handlers that ended. */
  readonly attempts: number;
}

export interface ConsumeGauges {
  running(): number;
  inFlight(): number;
  bufferedBytes(): number;
  /** Records that Kafka refuses to take for the chain. */
  refused(): number;
  pausedBy(): Iterable<string>;
  lag(): readonly PartitionLag[];
  /** Undefined until Redis has been asked. */
  stateGauges(): StateGauges | undefined;
}

const PAUSE_REASONS = ['redis', 'registry', 'outside'];
const HANDLER_BUCKETS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** From what takes no waiting at all to the far end of the retry chain. */
const EFFECT_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600];

/**
 * @param service names the consumer group
 * @param types the types the service handles; anything else is counted as `unknown`, so that labels stay few.
 */
export function createConsumeMetrics(
  registry: Registry | undefined,
  service: string,
  types: ReadonlySet<string>,
  gauges: ConsumeGauges,
): ConsumeMetrics {
  const counts = { done: 0, dead: 0, retried: 0, deferred: 0, duplicate: 0, skipped: 0 };
  const ledger = { accepted: 0, ended: 0, left: 0, late: 0 };
  const byLabels = new Map<string, { type: string; outcome: Ending; count: number }>();
  // From 0 on, or the first increase would be none.
  for (const type of types) {
    for (const outcome of Object.keys(counts) as Ending[])
      byLabels.set(`${type}|${outcome}`, { type, outcome, count: 0 });
  }
  const label = (type: string): string => (types.has(type) ? type : 'unknown');
  const registers = registry === undefined ? [] : [registry];

  const accepted = new Counter({
    name: 'consumer_accepted_total',
    help: 'Records read, from the source topics and from the retry chain.',
    labelNames: ['origin'],
    registers,
  });
  new Counter({
    name: 'consumer_records_total',
    help: 'Records by what became of them.',
    labelNames: ['type', 'outcome'],
    registers,
    collect() {
      this.reset();
      for (const { type, outcome, count } of byLabels.values()) this.inc({ type, outcome }, count);
    },
  });
  const left = new Counter({
    name: 'consumer_left_total',
    help: 'Records that were read and left unfinished to the next owner of their partition.',
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
    help: 'How long handlers ran, by outcome.',
    labelNames: ['type', 'outcome'],
    buckets: HANDLER_BUCKETS,
    registers,
  });
  const effectSeconds = new Histogram({
    name: 'consumer_effect_seconds',
    help: 'From the acceptance by the ingest to the effect, retries included.',
    labelNames: ['type'],
    buckets: EFFECT_BUCKETS,
    registers,
  });
  const nothingToDo = new Counter({
    name: 'consumer_nothing_to_do_total',
    help: 'Events that were done without an effect, by the reason.',
    labelNames: ['type', 'reason'],
    registers,
  });
  const reasons = new Set<string>();
  let attempts = 0;
  gauge('consumer_running', 'Handlers that run now.', () => gauges.running());
  gauge('consumer_in_flight_records', 'Records in memory, delayed ones included.', () => gauges.inFlight());
  gauge('consumer_buffered_bytes', 'Bytes of the records in memory.', () => gauges.bufferedBytes());
  gauge('consumer_refused_records', 'Records that Kafka refuses to take for the retry chain.', () => gauges.refused());
  gauge(
    'consumer_accounting_gap_records',
    'Records that were read and are neither in memory nor accounted for; always 0.',
    // One that was left and came to its end all the same is in both counts.
    () => ledger.accepted + ledger.late - ledger.ended - ledger.left - gauges.inFlight(),
  );
  gauge('consumer_held_keys', 'Keys whose events wait behind a failed one.', () => gauges.stateGauges()?.heldKeys);
  gauge(
    'consumer_dead_letters',
    'Dead letters that nobody has redriven or purged.',
    () => gauges.stateGauges()?.openLetters,
  );
  new Gauge({
    name: 'consumer_paused',
    help: '1 while the consumer waits for what it needs: redis, registry, or the outside system.',
    labelNames: ['reason'],
    registers,
    collect() {
      const closed = new Set(gauges.pausedBy());
      for (const reason of PAUSE_REASONS) this.set({ reason }, closed.has(reason) ? 1 : 0);
    },
  });
  partitionGauge('kafka_consumergroup_lag', 'Records that are not committed.', ({ records }) => records);
  partitionGauge(
    'kafka_consumergroup_lag_seconds',
    'For how long the oldest unfinished record waits: since it was written, in the retry chain since it is due.',
    ({ seconds }) => seconds,
  );
  partitionGauge(
    'kafka_consumergroup_current_offset',
    'Where the group goes on after a restart.',
    ({ committed }) => committed,
  );

  function gauge(name: string, help: string, value: () => number | undefined): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const current = value();
        if (current !== undefined) this.set(current);
      },
    });
  }

  /** Of partitions that went to another owner nothing is said any more. */
  function partitionGauge(name: string, help: string, value: (lag: PartitionLag) => number): void {
    new Gauge({
      name,
      help,
      labelNames: ['consumergroup', 'topic', 'partition'],
      registers,
      collect() {
        this.reset();
        for (const lag of gauges.lag()) {
          const { topic, partition } = lag;
          this.set({ consumergroup: service, topic, partition }, value(lag));
        }
      },
    });
  }

  return {
    counts,
    get attempts() {
      return attempts;
    },
    accepted(origin) {
      ledger.accepted += 1;
      accepted.inc({ origin });
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
    attempted({ type }, outcome, ms) {
      attempts += 1;
      handlerSeconds.observe({ type: label(type), outcome }, ms / 1_000);
    },
    effect({ type, receivedAt }) {
      if (receivedAt > 0) effectSeconds.observe({ type: label(type) }, Math.max(Date.now() - receivedAt, 0) / 1_000);
    },
  };
}
