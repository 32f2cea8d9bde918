import { type Dashboard, percentiles, RATE } from './panel.ts';

export const service: Dashboard = {
  uid: 'service',
  title: 'Service',
  description: 'One consumer service, chosen above: what it does, how fast, and what it needs for it.',
  variables: [{ name: 'service', metric: 'consumer_paused' }],
  panels: [
    {
      title: 'Instances',
      description: 'Processes of this service that answer their scrape.',
      ...{ kind: 'stat', unit: 'short', width: 6, moreIsBetter: true, alarm: 1, runbook: 'ServiceGone' },
      queries: [{ expr: 'count(process_start_time_seconds{service="$service"}) or vector(0)', legend: 'instances' }],
    },
    {
      title: 'Success',
      description:
        'The share of events that ended well, of all that came to an end. ProcessingSuccessLow fires below 95 %.',
      ...{ kind: 'stat', unit: 'percentunit', width: 6, runbook: 'ProcessingSuccessLow' },
      ...{ moreIsBetter: true, warn: 0.95, alarm: 0.9 },
      queries: [
        {
          expr: `sum(rate(consumer_records_total{service="$service",outcome="done"}${RATE})) / (sum(rate(consumer_records_total{service="$service",outcome=~"done|dead"}${RATE})) > 0) or vector(1)`,
          legend: 'success',
        },
      ],
    },
    {
      title: 'Paused by',
      description: 'The service pauses while it waits for Redis, the registry or an outside system.',
      ...{ kind: 'stat', unit: 'short', width: 6, alarm: 1, runbook: 'ConsumerPaused' },
      queries: [{ expr: 'max by (reason) (consumer_paused{service="$service"})', legend: '{{reason}}' }],
    },
    {
      title: 'Keys that wait',
      description: 'Keys whose events wait behind a failed one, so that they stay in order.',
      ...{ kind: 'stat', unit: 'short', width: 6, warn: 100, runbook: 'RetryRateHigh' },
      queries: [{ expr: 'max(consumer_held_keys{service="$service"})', legend: 'held keys' }],
    },
    {
      title: 'Tenants that wait longest',
      description: 'How long the oldest unfinished event in memory has waited, of the tenants that wait longest.',
      ...{ kind: 'timeseries', unit: 's', warn: 60, runbook: 'ConsumerLagSeconds' },
      queries: [
        {
          expr: 'topk(20, max by (tenant) (consumer_tenant_lag_seconds{service="$service"})) or label_replace(max(consumer_running{service="$service"}) * 0, "tenant", "none", "", "")',
          legend: '{{tenant}}',
        },
      ],
    },
    {
      title: 'Tenants that fail most',
      description: 'Failed attempts in the last five minutes, of the tenants with the most.',
      ...{ kind: 'timeseries', unit: 'short', runbook: 'RetryRateHigh' },
      queries: [
        {
          expr: 'topk(20, sum by (tenant) (consumer_tenant_failures{service="$service"})) or label_replace(max(consumer_running{service="$service"}) * 0, "tenant", "none", "", "")',
          legend: '{{tenant}}',
        },
      ],
    },
    {
      title: 'Records by outcome',
      description:
        'done and dead are final; retried and deferred go on in the retry topics; skipped are of types for others.',
      ...{ kind: 'timeseries', unit: 'cps', runbook: 'RetryRateHigh' },
      queries: [
        { expr: `sum by (outcome) (rate(consumer_records_total{service="$service"}${RATE}))`, legend: '{{outcome}}' },
      ],
    },
    {
      title: 'Done, by type',
      description: 'Events done a second.',
      ...{ kind: 'timeseries', unit: 'cps', runbook: 'ConsumerLag' },
      queries: [
        {
          expr: `sum by (type) (rate(consumer_records_total{service="$service",outcome="done"}${RATE}))`,
          legend: '{{type}}',
        },
      ],
    },
    {
      title: 'Done without an effect',
      description: 'Events for which there was nothing to do, by reason.',
      ...{ kind: 'timeseries', unit: 'cps', runbook: 'ProcessingSuccessLow' },
      queries: [
        {
          expr: `sum by (reason) (rate(consumer_nothing_to_do_total{service="$service"}${RATE}))`,
          legend: '{{reason}}',
        },
      ],
    },
    {
      title: 'Handlers',
      description: 'How long handlers run. At 30 s they are ended, unless HANDLER_TIMEOUT_MS says otherwise.',
      ...{ kind: 'timeseries', unit: 's', warn: 5, alarm: 30, runbook: 'OutsideSlow' },
      queries: percentiles('consumer_handler_seconds_bucket{service="$service"}'),
    },
    {
      title: 'From acceptance to effect',
      description: 'Retries and redrives included.',
      ...{ kind: 'timeseries', unit: 's', warn: 10, alarm: 60, runbook: 'ConsumerLagSeconds' },
      queries: percentiles('consumer_effect_seconds_bucket{service="$service"}'),
    },
    {
      title: 'Lag in seconds, by topic',
      description: 'In a retry topic it counts from when an event is due.',
      ...{ kind: 'timeseries', unit: 's', warn: 10, alarm: 60, runbook: 'ConsumerLagSeconds' },
      queries: [{ expr: 'max by (topic) (kafka_consumergroup_lag_seconds{service="$service"})', legend: '{{topic}}' }],
    },
    {
      title: 'Lag in records, by topic',
      description: 'Records that are not committed.',
      ...{ kind: 'timeseries', unit: 'short', warn: 10_000, runbook: 'ConsumerLag' },
      queries: [{ expr: 'sum by (topic) (kafka_consumergroup_lag{service="$service"})', legend: '{{topic}}' }],
    },
    {
      title: 'Commits',
      description:
        'How far the commits move, in records a second. If they stand still while events wait, the service is stuck.',
      ...{ kind: 'timeseries', unit: 'cps', runbook: 'ConsumerWithoutCommits' },
      queries: [
        {
          expr: `sum by (topic) (rate(kafka_consumergroup_current_offset{service="$service"}${RATE}))`,
          legend: '{{topic}}',
        },
      ],
    },
    {
      title: 'At work',
      description: 'Handlers that run, and records in memory.',
      ...{ kind: 'timeseries', unit: 'short', runbook: 'ConsumerLag' },
      queries: [
        { expr: 'sum(consumer_running{service="$service"})', legend: 'handlers' },
        { expr: 'sum(consumer_in_flight_records{service="$service"})', legend: 'records in memory' },
      ],
    },
    {
      title: 'Publishing to the retry topics',
      description:
        'How long Kafka takes to acknowledge what goes into the retry and dead-letter topics, and what fails.',
      ...{ kind: 'timeseries', unit: 's', warn: 0.25, runbook: 'EventsNotStored' },
      queries: [
        ...percentiles('publisher_ack_seconds_bucket{service="$service"}'),
        {
          expr: `sum(rate(publisher_failures_total{service="$service"}${RATE})) or vector(0)`,
          legend: 'failures a second',
        },
      ],
    },
    {
      title: 'Memory',
      description: 'Resident memory, and what of it are records.',
      ...{ kind: 'timeseries', unit: 'bytes', runbook: 'ServiceRestarts' },
      queries: [
        { expr: 'max by (instance) (process_resident_memory_bytes{service="$service"})', legend: '{{instance}}' },
        { expr: 'max by (instance) (consumer_buffered_bytes{service="$service"})', legend: '{{instance}} records' },
      ],
    },
    {
      title: 'Processor and event loop',
      description: 'Cores used, and how late the event loop is: above 0.1 s the process has too much to do.',
      ...{ kind: 'timeseries', unit: 'short', warn: 0.9, runbook: 'ConsumerLag' },
      queries: [
        {
          expr: `sum by (instance) (rate(process_cpu_seconds_total{service="$service"}${RATE}))`,
          legend: '{{instance}} cores',
        },
        {
          expr: 'max by (instance) (nodejs_eventloop_lag_p99_seconds{service="$service"})',
          legend: '{{instance}} loop p99 s',
        },
      ],
    },
  ],
};
