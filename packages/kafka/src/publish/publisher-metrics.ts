import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { DeliveryError } from '../error.ts';

export interface PublisherMetrics {
  settled(ms: number, error: DeliveryError | undefined): void;
}

export function createPublisherMetrics(
  registry: Registry | undefined,
  gauges: { queueBytes(): number; isolated(): number },
): PublisherMetrics {
  const registers = registry === undefined ? [] : [registry];
  const seconds = new Histogram({
    name: 'publisher_ack_seconds',
    help: 'Time from the publish call to the acknowledgement by all in-sync replicas.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const failures = new Counter({
    name: 'publisher_failures_total',
    help: 'Records that were not acknowledged, by reason.',
    labelNames: ['code'],
    registers,
  });
  new Gauge({
    name: 'publisher_queue_bytes',
    help: 'Bytes of records that wait for an acknowledgement.',
    registers,
    collect() {
      this.set(gauges.queueBytes());
    },
  });
  new Gauge({
    name: 'publisher_isolated_partitions',
    help: 'Partitions that are retried on their own because a send failed.',
    registers,
    collect() {
      this.set(gauges.isolated());
    },
  });

  return {
    settled(ms, error) {
      if (error === undefined) seconds.observe(ms / 1_000);
      else failures.inc({ code: error.code });
    },
  };
}
