import { type Dashboard, percentiles, RATE } from './panel.ts';

export const flow: Dashboard = {
  uid: 'flow',
  title: 'Flow',
  description: 'Is anything stuck? All green: no. From the left: what comes in, what waits, what was given up.',
  panels: [
    {
      title: 'Alerts',
      description: 'Alerts that fire now. 0 is good.',
      ...{ kind: 'stat', unit: 'short', width: 4, alarm: 1, runbook: 'ServiceDown' },
      queries: [{ expr: 'count(ALERTS{alertstate="firing"}) or vector(0)', legend: 'firing' }],
    },
    {
      title: 'Instances that do not answer',
      description: 'Targets whose last scrape failed. 0 is good.',
      ...{ kind: 'stat', unit: 'short', width: 4, alarm: 1, runbook: 'ServiceDown' },
      queries: [{ expr: 'count(up{job="switchboard"} == 0) or vector(0)', legend: 'down' }],
    },
    {
      title: 'Oldest event that waits',
      description: 'For how long the oldest unfinished event of a service waits to be handled. Seconds are good.',
      ...{ kind: 'stat', unit: 's', width: 8, warn: 10, alarm: 60, runbook: 'ConsumerLagSeconds' },
      queries: [{ expr: 'max by (service) (kafka_consumergroup_lag_seconds)', legend: '{{service}}' }],
    },
    {
      title: 'Paused',
      description: '1 while a service waits for something that is down. Nothing is lost, everything is late.',
      ...{ kind: 'stat', unit: 'short', width: 8, alarm: 1, runbook: 'ConsumerPaused' },
      queries: [{ expr: 'max by (service) (consumer_paused)', legend: '{{service}}' }],
    },
    {
      title: 'Dead letters',
      description: 'Events that wait for a decision. 0 is good.',
      ...{ kind: 'stat', unit: 'short', width: 8, warn: 1, runbook: 'DeadLetters' },
      queries: [{ expr: 'max by (service) (consumer_dead_letters)', legend: '{{service}}' }],
    },
    {
      title: 'Accounting gap',
      description:
        'Records that were read and are neither in flight nor accounted for. Anything but 0 is a fault of ours.',
      ...{ kind: 'stat', unit: 'short', width: 8, alarm: 1, runbook: 'AccountingGap' },
      queries: [{ expr: 'sum by (service) (abs(consumer_accounting_gap_records))', legend: '{{service}}' }],
    },
    {
      title: 'Refused requests',
      description: 'The share of webhook requests that ingest refuses, by source.',
      ...{ kind: 'stat', unit: 'percentunit', width: 8, warn: 0.01, alarm: 0.1, runbook: 'SignatureFailures' },
      queries: [
        {
          expr: `sum by (source) (rate(ingest_rejected_total{source!="unknown"}${RATE})) / (sum by (source) (rate(ingest_received_total{source!="unknown"}${RATE})) > 0) or sum by (source) (ingest_received_total{source!="unknown"}) * 0`,
          legend: '{{source}}',
        },
      ],
    },
    {
      title: 'Requests by source',
      description: 'Webhook requests a second. A source that falls silent, or shouts, is seen here.',
      ...{ kind: 'timeseries', unit: 'reqps', runbook: 'ReceiveRateDrop' },
      queries: [{ expr: `sum by (source) (rate(ingest_received_total${RATE}))`, legend: '{{source}}' }],
    },
    {
      title: 'Answered',
      description:
        'What requests became: events in Kafka, repeats, types nobody declared, refusals by source and reason.',
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
      title: 'Acknowledgement by Kafka',
      description: 'From the complete body to the acknowledgement. Senders wait for it: it should stay below 0.25 s.',
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
      description: 'For how long the oldest unfinished event of a service waits. It grows while a service is paused.',
      ...{ kind: 'timeseries', unit: 's', warn: 10, alarm: 60, runbook: 'ConsumerLagSeconds' },
      queries: [{ expr: 'max by (service) (kafka_consumergroup_lag_seconds)', legend: '{{service}}' }],
    },
    {
      title: 'Lag in records',
      description: 'Records that are not committed: new ones, and those that wait in the retry chain.',
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
          legend: 'to the retry chain',
        },
        { expr: 'sum by (service) (consumer_left_total)', legend: 'left to others' },
        { expr: 'sum by (service) (consumer_in_flight_records)', legend: 'in memory' },
        { expr: 'sum by (service) (kafka_consumergroup_lag)', legend: 'in flight, with Kafka' },
        { expr: 'sum by (service) (consumer_accounting_gap_records)', legend: 'gap' },
      ],
    },
  ],
};
