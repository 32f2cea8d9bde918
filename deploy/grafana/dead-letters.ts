import { type Dashboard, RATE } from './panel.ts';

export const deadLetters: Dashboard = {
  uid: 'dead-letters',
  title: 'Dead letters',
  description:
    'What failed for good, what is retried, and what never was an event. npm run ops -- dlq list shows the causes.',
  panels: [
    {
      title: 'Waiting for a decision',
      description: 'Dead letters that are neither redriven nor purged. 0 is good.',
      ...{ kind: 'stat', unit: 'short', width: 10, warn: 1, alarm: 100, runbook: 'DeadLetters' },
      queries: [{ expr: 'max by (service) (consumer_dead_letters)', legend: '{{service}}' }],
    },
    {
      title: 'Keys that wait',
      description: 'Keys whose events wait behind a failed one.',
      ...{ kind: 'stat', unit: 'short', width: 10, warn: 100, runbook: 'RetryRateHigh' },
      queries: [{ expr: 'max by (service) (consumer_held_keys)', legend: '{{service}}' }],
    },
    {
      title: 'Messages given up',
      description: 'Messages that the notifier gave up.',
      ...{ kind: 'stat', unit: 'short', width: 4, warn: 1, runbook: 'MessagesGivenUp' },
      queries: [{ expr: 'max(notifier_dead_messages)', legend: 'messages' }],
    },
    {
      title: 'Waiting for a decision, over time',
      description: 'Falls with each redrive or purge.',
      ...{ kind: 'timeseries', unit: 'short', warn: 1, runbook: 'DeadLetters' },
      queries: [{ expr: 'max by (service) (consumer_dead_letters)', legend: '{{service}}' }],
    },
    {
      title: 'Deaths',
      description: 'Dead letters in the last five minutes, by type.',
      ...{ kind: 'timeseries', unit: 'short', warn: 1, runbook: 'ProcessingSuccessLow' },
      queries: [
        {
          expr: 'sum by (service, type) (increase(consumer_records_total{outcome="dead"}[5m])) > 0 or sum by (service) (consumer_dead_letters) * 0',
          legend: '{{service}} {{type}}',
        },
      ],
    },
    {
      title: 'Retries',
      description: 'The share of endings that lead into the retry topics. RetryRateHigh fires above 10 %.',
      ...{ kind: 'timeseries', unit: 'percentunit', warn: 0.05, alarm: 0.1, runbook: 'RetryRateHigh' },
      queries: [
        {
          expr: `sum by (service) (rate(consumer_records_total{outcome="retried"}${RATE})) / (sum by (service) (rate(consumer_records_total{outcome=~"done|dead|retried"}${RATE})) > 0) or sum by (service) (consumer_paused) * 0`,
          legend: '{{service}}',
        },
      ],
    },
    {
      title: 'In the retry topics',
      description: 'Records in each retry topic.',
      ...{ kind: 'timeseries', unit: 'short', runbook: 'RetryRateHigh' },
      queries: [
        { expr: 'sum by (topic) (kafka_consumergroup_lag{topic=~".*\\\\.retry\\\\..*"})', legend: '{{topic}}' },
      ],
    },
    {
      title: 'Bodies that never were events',
      description: 'Signed requests that break JSON, shape or schema; npm run ops -- quarantine list shows them.',
      ...{ kind: 'timeseries', unit: 'reqps', warn: 0.1, runbook: 'EventsNotStored' },
      queries: [
        {
          expr: `sum by (source, reason) (rate(ingest_rejected_total{reason=~"json|shape|schema|too_large_encoded|internal"}${RATE}))`,
          legend: '{{source}} {{reason}}',
        },
        { expr: `sum(rate(ingest_quarantine_failures_total${RATE})) or vector(0)`, legend: 'not kept' },
      ],
    },
  ],
};
