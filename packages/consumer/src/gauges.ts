import { Gauge, type Registry } from 'prom-client';
import type { PartitionLag } from './assignment/lag.ts';
import type { TargetDetail } from './queues/availability.ts';
import { PAUSE_REASONS, type PauseReason } from './queues/pause.ts';
import type { StateGauges } from './redis/state-gauges.ts';
import { type TenantFigure, worstOf } from './tenant-watch.ts';

/** The values of the gauges at each scrape. */
export interface GaugeSources {
  running(): number;
  inFlight(): number;
  /** Records that were read and have no outcome yet, by the counters. */
  open(): number;
  bufferedBytes(): number;
  /** Records that Kafka refuses in a retry or dead-letter topic. */
  refused(): number;
  pausedBy(): ReadonlySet<PauseReason>;
  lag(): readonly PartitionLag[];
  /** Undefined until the first answer of Redis. */
  stateGauges(): StateGauges | undefined;
  /** Records in memory that wait for an outside system. */
  waitingOutside(): number;
  /** The outside systems that cannot be used. */
  unavailable(): ReadonlyMap<string, TargetDetail>;
  slowestTenants(): readonly TenantFigure[];
  failingTenants(): readonly TenantFigure[];
}

/** docs/metrics.md describes each of them. */
export function registerGauges(registry: Registry, service: string, gauges: GaugeSources): void {
  gauge('consumer_running', 'Handlers running.', () => gauges.running());
  gauge('consumer_in_flight_records', 'Records in memory, delayed ones included.', () => gauges.inFlight());
  gauge('consumer_buffered_bytes', 'Bytes of the records in memory.', () => gauges.bufferedBytes());
  gauge('consumer_refused_records', 'Records that Kafka refuses in retry and dead-letter topics.', () =>
    gauges.refused(),
  );
  gauge(
    'consumer_accounting_gap_records',
    'Records read that are neither in flight nor accounted for; always 0.',
    () => gauges.open() - gauges.inFlight(),
  );
  gauge(
    'consumer_held_keys',
    'Keys whose events wait behind one that failed or waits for an outside system.',
    () => gauges.stateGauges()?.heldKeys,
  );
  gauge(
    'consumer_dead_letters',
    'Dead letters that are neither redriven nor purged.',
    () => gauges.stateGauges()?.openLetters,
  );
  new Gauge({
    name: 'consumer_paused',
    help: '1 while the consumer waits for redis, the registry, or all its outside systems.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      const reasons = gauges.pausedBy();
      for (const reason of PAUSE_REASONS) this.set({ reason }, reasons.has(reason) ? 1 : 0);
    },
  });
  partitionGauge('kafka_consumergroup_lag', 'Records that are not committed.', ({ records }) => records);
  partitionGauge(
    'kafka_consumergroup_lag_seconds',
    'How long the oldest unfinished record has waited: since it was written, or was due in a retry topic.',
    ({ seconds }) => seconds,
  );
  partitionGauge(
    'kafka_consumergroup_current_offset',
    'The offset at which the group continues after a restart.',
    ({ committed }) => committed,
  );
  gauge('consumer_waiting_records', 'Records in memory that wait for an outside system.', () =>
    gauges.waitingOutside(),
  );
  gauge(
    'consumer_unavailable_connections',
    'Outside systems that this process cannot use now, without those that only limit its rate.',
    () => gauges.unavailable().size,
  );
  worstGauge(
    'consumer_tenant_lag_seconds',
    'How long the oldest unfinished record in memory of a tenant has waited, of the 20 tenants that wait longest.',
    ['tenant'],
    () => gauges.slowestTenants().map(({ tenant, value }) => [{ tenant }, value]),
  );
  worstGauge(
    'consumer_tenant_failures',
    'Failed attempts of a tenant in the last five minutes, of the 20 tenants with the most.',
    ['tenant'],
    () => gauges.failingTenants().map(({ tenant, value }) => [{ tenant }, value]),
  );
  worstGauge(
    'consumer_connection_unavailable_seconds',
    'How long an outside system has been unavailable, of the 20 that have been longest.',
    ['tenant', 'connection'],
    () => longestUnavailable(gauges.unavailable()),
  );

  /** Series of what is not among the worst any more disappear. */
  function worstGauge(
    name: string,
    help: string,
    labelNames: string[],
    values: () => readonly (readonly [labels: Record<string, string>, value: number])[],
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        for (const [labels, value] of values()) this.set(labels, value);
      },
    });
  }

  function gauge(name: string, help: string, value: () => number | undefined): void {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const current = value();
        if (current !== undefined) this.set(current);
      },
    });
  }

  /** Reports only partitions that this process owns. */
  function partitionGauge(name: string, help: string, value: (lag: PartitionLag) => number): void {
    new Gauge({
      name,
      help,
      labelNames: ['consumergroup', 'topic', 'partition'],
      registers: [registry],
      collect() {
        this.reset();
        for (const lag of gauges.lag()) {
          const { topic, partition } = lag;
          this.set({ consumergroup: service, topic, partition }, value(lag));
        }
      },
    });
  }
}

/** The connection of all tenants has no tenant in its name. */
const tenantOf = (connection: string): string => connection.slice(0, Math.max(connection.lastIndexOf('/'), 0));

function longestUnavailable(unavailable: ReadonlyMap<string, TargetDetail>) {
  const now = Date.now();
  const seconds = new Map([...unavailable].map(([name, { since }]) => [name, Math.max(now - since, 0) / 1_000]));
  return worstOf(seconds).map(({ tenant: connection, value }): [Record<string, string>, number] => [
    { tenant: tenantOf(connection), connection },
    value,
  ]);
}
