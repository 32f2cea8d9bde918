import type { SignatureFault } from '@switchboard/providers';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type Reason, refusals } from './http/refusals.ts';

export interface Metrics {
  received(source: string): void;
  enqueued(source: string, type: string, seconds: number): void;
  /** `by`: whether its id or its body identified the repeat. */
  duplicate(source: string, type: string, by: 'id' | 'body'): void;
  skipped(source: string): void;
  skippedDropped(source: string): void;
  rejected(source: string, reason: Reason): void;
  quarantineFailed(source: string): void;
  apiKeyUsed(source: string, key: string): void;
  signatureRefused(source: string, reason: SignatureFault | 'time' | 'expired'): void;
}

/** The label of requests without a known source; a label with the name they send would let anyone grow the metrics. */
export const UNKNOWN_SOURCE = 'unknown';

/** In seconds, up to the deadline; finest where most acknowledgements arrive. */
const ACK_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

interface Observed {
  registry: Registry;
  /** The names of the configured sources. */
  sources(): Iterable<string>;
  bytesInFlight(): number;
}

export function createMetrics({ registry, sources, bytesInFlight }: Observed): Metrics {
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers: [registry] });

  const received = new Counter({
    name: 'ingest_received_total',
    help: 'Webhook requests',
    labelNames: ['source'],
    registers: [registry],
    collect() {
      for (const source of sources()) introduce(source);
    },
  });
  const enqueued = counter('ingest_enqueued_total', 'Events that Kafka acknowledged', ['source', 'type']);
  const duplicates = counter('ingest_duplicates_total', 'Repeats of events that are in Kafka', [
    'source',
    'type',
    'by',
  ]);
  const skipped = counter('ingest_skipped_total', 'Events of an undeclared type', ['source']);
  const unkeptSkipped = counter('ingest_skipped_dropped_total', 'Bodies of an undeclared type that were not kept', [
    'source',
  ]);
  const rejected = counter('ingest_rejected_total', 'Refused requests', ['source', 'reason']);
  const unkept = counter('ingest_quarantine_failures_total', 'Refused bodies that could not be kept', ['source']);
  const signatures = counter('ingest_signature_failures_total', 'Refused signatures, by what is wrong', [
    'source',
    'reason',
  ]);
  const apiKeys = new Gauge({
    name: 'ingest_api_key_last_used_timestamp_seconds',
    help: 'When an API key was last used, by its name',
    labelNames: ['source', 'key'],
    registers: [registry],
  });
  const ack = new Histogram({
    name: 'ingest_ack_seconds',
    help: 'Time from the last byte of the body to the acknowledgement by Kafka',
    buckets: ACK_BUCKETS,
    registers: [registry],
  });
  new Gauge({
    name: 'ingest_in_flight_bytes',
    help: 'Bytes of bodies that are being read, or wait for room or for Kafka',
    registers: [registry],
    collect() {
      this.set(bytesInFlight());
    },
  });

  const known = new Set<string>();
  /** Starts counters at 0, so that Prometheus sees their first increase, and a silent source after a restart. */
  function introduce(source: string): void {
    if (known.has(source)) return;
    known.add(source);
    received.inc({ source }, 0);
    for (const reason of Object.keys(refusals)) rejected.inc({ source, reason }, 0);
  }

  /** By source and type, both of which are few: prom-client would look up the labels for each event. */
  const series = new Map<string, Map<string, Counter.Internal>>();
  function enqueuedOf(source: string, type: string): Counter.Internal {
    const ofSource = series.get(source) ?? new Map<string, Counter.Internal>();
    if (ofSource.size === 0) series.set(source, ofSource);
    const one = ofSource.get(type) ?? enqueued.labels(source, type);
    ofSource.set(type, one);
    return one;
  }

  introduce(UNKNOWN_SOURCE);

  return {
    received: (source) => received.inc({ source }),
    enqueued(source, type, seconds) {
      enqueuedOf(source, type).inc();
      ack.observe(seconds);
    },
    duplicate: (source, type, by) => duplicates.inc({ source, type, by }),
    skipped: (source) => skipped.inc({ source }),
    skippedDropped: (source) => unkeptSkipped.inc({ source }),
    rejected: (source, reason) => rejected.inc({ source, reason }),
    apiKeyUsed: (source, key) => apiKeys.set({ source, key }, Date.now() / 1_000),
    signatureRefused: (source, reason) => signatures.inc({ source, reason }),
    quarantineFailed: (source) => unkept.inc({ source }),
  };
}
