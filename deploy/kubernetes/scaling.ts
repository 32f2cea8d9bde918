import { labels, type Manifest, type Workload } from './workload.ts';
import { PARTITIONS, workloads } from './workloads.ts';

/** A backlog older than this needs more instances. */
const LAG_SECONDS = 5;
/** The share of its handlers that an instance may have busy, on average, before there is none to spare. */
const BUSY = 0.7;
/** What `CONCURRENCY` is by default; see the schemas of the services. */
const CONCURRENCY: Readonly<Record<string, number>> = { flows: 256, notifier: 64 };

export const concurrencyOf = (name: string): number => CONCURRENCY[name] ?? 16;

/** The share of the connections to a system that has to be down, before the whole service counts as held up. */
const HELD_UP = 0.5;

export const LEAST = 2;
export const POLL_SECONDS = 10;
/** How many more instances, relative to their number, may come in this time. */
export const UP = { percent: 300, seconds: 30 } as const;
/** One instance may leave in this time, after this long without a need for it. */
export const DOWN = { quietSeconds: 600, seconds: 300 } as const;

/**
 * The number of instances that a consumer needs, in PromQL. As many as there are while it waits for something: an
 * outside system that is down gets no more requests from more instances, and fewer would only rebalance. The one of a
 * single tenant holds up no other. In proportion to the lag while there is one, at most four times as many. Otherwise
 * as many as the busy handlers need, and no more than there are.
 */
export function instancesQuery(name: string): string {
  const of = (more = '') => `{service="${name}"${more}}`;
  const running = `count(consumer_running${of()})`;
  const targets = `sum by (target) (outbound_targets${of()})`;
  const open = `sum by (target) (outbound_targets${of(',breaker!="closed"')})`;
  const capacity = BUSY * concurrencyOf(name);
  // More instances do not help events that wait for an outside system.
  const lag = `max(kafka_consumergroup_lag_seconds${of(',topic!~".*\\\\.retry\\\\.waiting"')})`;
  return `(
  ${running} and on () (
    (
      max(${open} / ${targets}) >= ${HELD_UP}
      and sum(rate(outbound_request_seconds_count${of()}[5m])) > 0
    )
    or max(consumer_paused${of()}) > 0
  )
)
or (${running} * clamp_max(${lag} / ${LAG_SECONDS}, 4) and on () ${lag} > ${LAG_SECONDS})
or clamp_max(sum(avg_over_time(consumer_running${of()}[5m])) / ${capacity}, scalar(${running}))
`;
}

const byLag = (name: string) => ({
  type: 'prometheus',
  metricType: 'AverageValue',
  metadata: {
    serverAddress: 'http://prometheus-operated.monitoring.svc:9090',
    threshold: '1',
    // No answer is a failure, to which `fallback` applies: it does not mean that no instance is needed.
    ignoreNullValues: 'false',
    query: instancesQuery(name),
  },
});

const byCpu = { type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } };

/** Reads topics of the catalogue, so that its lag says how many instances it needs. */
const consumes = ({ service }: Workload): boolean => service.handles.length > 0;

export function scaledObject(workload: Workload): Manifest {
  const { name } = workload.service;
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name, labels: labels(name) },
    spec: {
      scaleTargetRef: { name },
      minReplicaCount: LEAST,
      // Further instances would have no partition.
      maxReplicaCount: PARTITIONS,
      pollingInterval: POLL_SECONDS,
      // Without Prometheus, the number stays.
      ...(consumes(workload)
        ? { fallback: { failureThreshold: 3, replicas: LEAST, behavior: 'currentReplicas' } }
        : {}),
      advanced: {
        horizontalPodAutoscalerConfig: {
          behavior: {
            scaleUp: {
              stabilizationWindowSeconds: 0,
              policies: [{ type: 'Percent', value: UP.percent, periodSeconds: UP.seconds }],
            },
            // Each change moves partitions, so instances leave one at a time and after quiet minutes.
            scaleDown: {
              stabilizationWindowSeconds: DOWN.quietSeconds,
              policies: [{ type: 'Pods', value: 1, periodSeconds: DOWN.seconds }],
            },
          },
        },
      },
      triggers: [consumes(workload) ? byLag(name) : byCpu],
    },
  };
}

export const scaledObjects = (): Manifest[] => workloads.map(scaledObject);
