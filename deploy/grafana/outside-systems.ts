import { type Dashboard, percentiles, RATE } from './panel.ts';

export const outsideSystems: Dashboard = {
  uid: 'outside-systems',
  title: 'Outside systems',
  description: 'Requests to outside systems, and their answers.',
  panels: [
    {
      title: 'Breakers',
      description:
        'Closed: requests go out. Half-open: one request probes. Open: the system counts as down, and its service waits.',
      ...{ kind: 'stat', unit: 'short', width: 6, warn: 1, alarm: 2, runbook: 'OutsideDown' },
      queries: [{ expr: 'max by (service, target) (outbound_breaker_state)', legend: '{{service}} {{target}}' }],
    },
    {
      title: 'Refused credentials',
      description: 'Requests per second that were refused for their credentials. 0 is good.',
      ...{ kind: 'stat', unit: 'reqps', width: 6, alarm: 0.001, runbook: 'CredentialsRefused' },
      queries: [
        {
          expr: `sum by (target) (rate(outbound_request_seconds_count{outcome="authentication_failed"}${RATE})) or sum by (target) (outbound_breaker_state) * 0`,
          legend: '{{target}}',
        },
      ],
    },
    {
      title: 'Unavailable connections',
      description: 'Outside systems that a service cannot use, those of single tenants included. Their events wait.',
      ...{ kind: 'stat', unit: 'short', width: 6, warn: 1, runbook: 'ConnectionUnavailable' },
      queries: [{ expr: 'max by (service) (consumer_unavailable_connections)', legend: '{{service}}' }],
    },
    {
      title: 'Unavailable for',
      description: 'The connections that have been unavailable longest, with their tenants.',
      ...{ kind: 'timeseries', unit: 's', warn: 60, runbook: 'ConnectionUnavailable' },
      queries: [
        {
          expr: 'topk(20, max by (service, connection) (consumer_connection_unavailable_seconds)) or max by (service) (consumer_unavailable_connections) * 0',
          legend: '{{service}} {{connection}}',
        },
      ],
    },
    {
      title: 'Messages overdue',
      description: 'How long the oldest waiting message of the notifier has been due. Near 0 is good.',
      ...{ kind: 'stat', unit: 's', width: 6, warn: 60, alarm: 300, runbook: 'MessagesOverdue' },
      queries: [{ expr: 'max(notifier_overdue_seconds)', legend: 'overdue' }],
    },
    {
      title: 'Recipients file',
      description: 'Whether the notifier can use the file that says who is notified of what.',
      ...{ kind: 'stat', unit: 'short', width: 6, alarm: 1, runbook: 'RecipientsNotReloaded' },
      queries: [{ expr: 'max(notifier_recipients_reload_failed)', legend: 'file' }],
    },
    {
      title: 'People in conflict',
      description:
        'Identifiers that are linked with several people, so that they are used for no one: see ops people conflicts.',
      ...{ kind: 'stat', unit: 'short', width: 6, warn: 1, runbook: 'MessagesOverdue' },
      queries: [{ expr: 'max(notifier_people_conflicts)', legend: 'identifiers' }],
    },
    {
      title: 'Requests',
      description: 'Requests per second.',
      ...{ kind: 'timeseries', unit: 'reqps', runbook: 'OutsideDown' },
      queries: [
        {
          expr: `sum by (service, target) (rate(outbound_request_seconds_count${RATE}))`,
          legend: '{{service}} {{target}}',
        },
      ],
    },
    {
      title: 'Requests that failed',
      description: 'The share of requests without a usable answer.',
      ...{ kind: 'timeseries', unit: 'percentunit', warn: 0.05, alarm: 0.5, runbook: 'RetryRateHigh' },
      queries: [
        {
          expr: `sum by (target) (rate(outbound_request_seconds_count{outcome!~"ok|aborted"}${RATE})) / (sum by (target) (rate(outbound_request_seconds_count${RATE})) > 0) or sum by (target) (outbound_breaker_state) * 0`,
          legend: '{{target}}',
        },
      ],
    },
    {
      title: 'How requests end',
      description: 'By outcome: the codes are those of the log.',
      ...{ kind: 'timeseries', unit: 'reqps', runbook: 'OutsideDown' },
      queries: [
        {
          expr: `sum by (target, outcome) (rate(outbound_request_seconds_count${RATE}))`,
          legend: '{{target}} {{outcome}}',
        },
      ],
    },
    {
      title: 'How long requests take',
      description: 'Without the wait for a free slot. OutsideSlow fires above 5 s (p95).',
      ...{ kind: 'timeseries', unit: 's', warn: 2.5, alarm: 5, runbook: 'OutsideSlow' },
      queries: percentiles('outbound_request_seconds_bucket', 'target'),
    },
    {
      title: 'Requests that run',
      description: 'Requests in flight. If they stay at CONCURRENCY, the system limits the service.',
      ...{ kind: 'timeseries', unit: 'short', runbook: 'ConsumerLag' },
      queries: [{ expr: 'sum by (service, target) (outbound_in_flight)', legend: '{{service}} {{target}}' }],
    },
    {
      title: 'Messages to people',
      description: 'Messages by channel and outcome.',
      ...{ kind: 'timeseries', unit: 'cps', runbook: 'MessagesGivenUp' },
      queries: [
        {
          expr: `sum by (channel, outcome) (rate(notifier_messages_total${RATE}))`,
          legend: '{{channel}} {{outcome}}',
        },
        { expr: 'max(notifier_waiting_messages)', legend: 'waiting (count)' },
      ],
    },
  ],
};
