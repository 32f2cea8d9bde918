import { type Dashboard, percentiles, RATE } from './panel.ts';

export const flow: Dashboard = {
  uid: 'flow',
  title: 'Flow',
  description: 'Is anything stuck? Nothing is while all figures are green.',
  panels: [
    {
      title: 'Alerts',
      description: 'The number of firing alerts. 0 is good.',
      ...{ kind: 'stat', unit: 'short', width: 4, alarm: 1, runbook: 'ServiceDown' },
      queries: [{ expr: 'count(ALERTS{alertstate="firing"}) or vector(0)', legend: 'firing' }],
    },
    {
      title: 'Programs',
      description: 'A program is down while one of its instances does not answer its scrape.',
      ...{ kind: 'stat', unit: 'short', width: 10, moreIsBetter: true, alarm: 1, runbook: 'ServiceDown' },
      queries: [{ expr: 'min by (program) (up{job="switchboard"})', legend: '{{program}}' }],
    },
    {
      title: 'Paused',
      description: 'A service pauses while something that it needs is down. Nothing is lost, everything is late.',
      ...{ kind: 'stat', unit: 'short', width: 10, alarm: 1, runbook: 'ConsumerPaused' },
      queries: [{ expr: 'max by (service) (consumer_paused)', legend: '{{service}}' }],
    },
    {
      // Grafana's own alert list takes a fixed data source and needs its rules API; a query works with any Prometheus.
      title: 'Firing alerts',
      description: 'Each alert that fires, and since when its condition holds. Empty is good.',
      ...{ kind: 'table', unit: 'dateTimeFromNow', width: 24, runbook: 'ServiceDown' },
      queries: [
        {
          expr: '1000 * (ALERTS_FOR_STATE and ignoring(alertstate) ALERTS{alertstate="firing"})',
          legend: 'since',
        },
      ],
    },
    {
      title: 'Oldest event that waits',
      description: 'How long the oldest unfinished event of a service has waited. Seconds are good.',
      ...{ kind: 'stat', unit: 's', width: 6, warn: 10, alarm: 60, runbook: 'ConsumerLagSeconds' },
      queries: [{ expr: 'max by (service) (kafka_consumergroup_lag_seconds)', legend: '{{service}}' }],
    },
    {
      title: 'Dead letters',
      description: 'Events that wait for a decision. 0 is good.',
      ...{ kind: 'stat', unit: 'short', width: 6, warn: 1, runbook: 'DeadLetters' },
      queries: [{ expr: 'max by (service) (consumer_dead_letters)', legend: '{{service}}' }],
    },
    {
      title: 'Accounting gap',
      description:
        'Records that were read and are neither in flight nor accounted for. Anything but 0 is a fault of ours.',
      ...{ kind: 'stat', unit: 'short', width: 6, alarm: 1, runbook: 'AccountingGap' },
      queries: [{ expr: 'sum by (service) (abs(consumer_accounting_gap_records))', legend: '{{service}}' }],
    },
    {
      title: 'Refused requests',
      description: 'The share of webhook requests that ingest refuses, by source.',
      ...{ kind: 'stat', unit: 'percentunit', width: 6, warn: 0.01, alarm: 0.1, runbook: 'SignatureFailures' },
      queries: [
        {
          expr: `sum by (source) (rate(ingest_rejected_total{source!="unknown"}${RATE})) / (sum by (source) (rate(ingest_received_total{source!="unknown"}${RATE})) > 0) or sum by (source) (ingest_received_total{source!="unknown"}) * 0`,
          legend: '{{source}}',
        },
      ],
    },
    {
      title: 'Requests by source',
      description: 'Webhook requests per second. Shows a source that falls silent or sends too much.',
      ...{ kind: 'timeseries', unit: 'reqps', runbook: 'ReceiveRateDrop' },
      queries: [{ expr: `sum by (source) (rate(ingest_received_total${RATE}))`, legend: '{{source}}' }],
    },
    {
      title: 'Answered',
      description: 'What requests became: events in Kafka, repeats, undeclared types, refusals by source and reason.',
      ...{ kind: 'timeseries', unit: 'reqps', runbook: 'EventsNotStored' },
      queries: [
        { expr: `sum(rate(ingest_enqueued_total${RATE}))`, legend: 'enqueued' },
        { expr: `sum(rate(ingest_duplicates_total${RATE})) or vector(0)`, legend: 'duplicate' },
        { expr: `sum(rate(ingest_skipped_total${RATE})) or vector(0)`, legend: 'skipped' },
        {
          expr: `sum by (source, reason) (rate(ingest_rejected_total${RATE})) > 0`,
          legend: 'refused: {{source}} {{reason}}',
        },
      ],
    },
    {
      title: 'Refused signatures',
      description:
        'By source and reason: a missing header, its form, a mismatch, an unknown key, or the time. 0 is good.',
      ...{ kind: 'timeseries', unit: 'reqps', width: 24, runbook: 'SignatureFailures' },
      queries: [
        {
          // A line at 0 while there are none.
          expr: `sum by (source, reason) (rate(ingest_signature_failures_total${RATE})) > 0 or sum(rate(ingest_received_total${RATE})) * 0`,
          legend: '{{source}} {{reason}}',
        },
      ],
    },
    {
      title: 'Unmapped fields',
      description:
        'Fields per second that sources send and no mapping takes. They are kept in meta.extra and have no effect; 0 is good.',
      ...{ kind: 'timeseries', unit: 'cps', runbook: 'UnmappedFields' },
      queries: [{ expr: `sum by (source) (rate(ingest_unmapped_fields_total${RATE}))`, legend: '{{source}}' }],
    },
    {
      title: 'Missing fields',
      description: 'Fields that the events of a source always had and do not have any more, by source. 0 is good.',
      ...{ kind: 'timeseries', unit: 'short', warn: 1, runbook: 'FieldMissing' },
      queries: [
        {
          expr: 'count by (source) (max by (source, type, field) (ingest_field_missing)) or sum by (source) (ingest_unmapped_fields_total) * 0',
          legend: '{{source}}',
        },
      ],
    },
    {
      title: 'Acknowledgement by Kafka',
      description: 'Time from the complete body to the acknowledgement. Senders wait for it; below 0.25 s is good.',
      ...{ kind: 'timeseries', unit: 's', warn: 0.25, alarm: 2.4, runbook: 'EventsNotStored' },
      queries: percentiles('ingest_ack_seconds_bucket'),
    },
    {
      title: 'From acceptance to effect',
      description: 'How long events took from the answer to the sender to their effect outside, p95, retries included.',
      ...{ kind: 'timeseries', unit: 's', warn: 10, alarm: 60, runbook: 'ConsumerLagSeconds' },
      queries: percentiles('consumer_effect_seconds_bucket', 'service'),
    },
    {
      title: 'Lag in seconds',
      description: 'How long the oldest unfinished event of a service has waited. Grows while the service is paused.',
      ...{ kind: 'timeseries', unit: 's', warn: 10, alarm: 60, runbook: 'ConsumerLagSeconds' },
      queries: [{ expr: 'max by (service) (kafka_consumergroup_lag_seconds)', legend: '{{service}}' }],
    },
    {
      title: 'Lag in records',
      description: 'Records that are not committed: new ones, and those that wait in the retry topics.',
      ...{ kind: 'timeseries', unit: 'short', warn: 10_000, runbook: 'ConsumerLag' },
      queries: [
        { expr: 'sum by (service) (kafka_consumergroup_lag{topic!~".*\\\\.retry\\\\..*"})', legend: '{{service}}' },
        {
          expr: 'sum by (service) (kafka_consumergroup_lag{topic=~".*\\\\.retry\\\\..*"})',
          legend: '{{service}} retries',
        },
      ],
    },
    {
      title: 'Accounting',
      description:
        'Of each service since its start: read = ended (done, dead, retried, …) + left to others + in memory.',
      ...{ kind: 'table', unit: 'short', width: 24, runbook: 'AccountingGap' },
      queries: [
        { expr: 'sum by (service) (consumer_accepted_total)', legend: 'read' },
        { expr: 'sum by (service) (consumer_records_total{outcome="done"})', legend: 'done' },
        { expr: 'sum by (service) (consumer_records_total{outcome="dead"})', legend: 'dead' },
        {
          expr: 'sum by (service) (consumer_records_total{outcome=~"duplicate|skipped"})',
          legend: 'duplicate, skipped',
        },
        {
          expr: 'sum by (service) (consumer_records_total{outcome=~"retried|deferred"})',
          legend: 'to the retry topics',
        },
        { expr: 'sum by (service) (consumer_left_total)', legend: 'left to others' },
        { expr: 'sum by (service) (consumer_in_flight_records)', legend: 'in memory' },
        { expr: 'sum by (service) (kafka_consumergroup_lag)', legend: 'in flight, with Kafka' },
        { expr: 'sum by (service) (consumer_accounting_gap_records)', legend: 'gap' },
      ],
    },
  ],
};
