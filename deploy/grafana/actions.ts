import { type Dashboard, percentiles, RATE } from './panel.ts';

export const actions: Dashboard = {
  uid: 'actions',
  title: 'Actions',
  description: 'What chatbots ask and do for people: how often, how fast, and with which outcome.',
  panels: [
    {
      title: 'Files of the actions',
      description: 'Failed while a changed file cannot be used and the earlier actions stay in force.',
      ...{ kind: 'stat', unit: 'short', width: 6, alarm: 1, runbook: 'ActionsNotReloaded' },
      queries: [{ expr: 'max(actions_reload_failed)', legend: 'files' }],
    },
    {
      title: 'Callers file',
      description: 'Failed while the changed file cannot be used and the earlier callers stay in force.',
      ...{ kind: 'stat', unit: 'short', width: 6, alarm: 1, runbook: 'CallersNotReloaded' },
      queries: [{ expr: 'max(callers_reload_failed)', legend: 'file' }],
    },
    {
      title: 'People who wait for a promised result',
      description: 'Runs that were answered 202 and are still tried. ActionsPileUp fires above 500.',
      ...{ kind: 'stat', unit: 'short', width: 6, warn: 100, alarm: 500, runbook: 'ActionsPileUp' },
      queries: [{ expr: 'sum(actions_runs{state="background"})', legend: 'runs' }],
    },
    {
      title: 'Taken over in the last hour',
      description: 'Runs of instances that ended without finishing them. 0 is normal, except after a crash.',
      ...{ kind: 'stat', unit: 'short', width: 6, warn: 1, runbook: 'ServiceRestarts' },
      queries: [{ expr: 'sum(increase(actions_taken_over_total[1h]))', legend: 'runs' }],
    },
    {
      title: 'Missing from the audit in the last hour',
      description: 'Runs without an action.completed event. 0 is good.',
      ...{ kind: 'stat', unit: 'short', width: 6, alarm: 1, runbook: 'ActionsAuditLost' },
      queries: [{ expr: 'sum(increase(actions_audit_lost_total[1h]))', legend: 'runs' }],
    },
    {
      title: 'Runs',
      description: 'Runs by action and outcome. not_yours is what belongs to another person; callers see not found.',
      ...{ kind: 'timeseries', unit: 'cps', runbook: 'ActionsFail' },
      queries: [
        {
          expr: `sum by (action, outcome) (rate(actions_run_seconds_count${RATE}))`,
          legend: '{{action}} {{outcome}}',
        },
      ],
    },
    {
      title: 'Failed',
      description: 'The share of runs without a usable answer of the backend. ActionsFail fires above 10 %.',
      ...{ kind: 'timeseries', unit: 'percentunit', warn: 0.05, alarm: 0.1, runbook: 'ActionsFail' },
      queries: [
        {
          expr: `sum by (action) (rate(actions_run_seconds_count{outcome="failed"}${RATE})) / sum by (action) (rate(actions_run_seconds_count${RATE})) or sum by (action) (rate(actions_run_seconds_count${RATE})) * 0`,
          legend: '{{action}}',
        },
      ],
    },
    {
      title: 'Duration',
      description: 'From the request to the result. Callers are answered 202 after 4 s unless they wait longer.',
      ...{ kind: 'timeseries', unit: 's', warn: 1, alarm: 4, runbook: 'ActionsPileUp' },
      queries: percentiles('actions_run_seconds_bucket', 'action'),
    },
    {
      title: 'Promised and kept',
      description: 'Runs answered 202, and reads answered with a kept result.',
      ...{ kind: 'timeseries', unit: 'cps', runbook: 'ActionsPileUp' },
      queries: [
        { expr: `sum by (action) (rate(actions_promised_total${RATE}))`, legend: '{{action}} answered 202' },
        { expr: `sum by (action) (rate(actions_cache_hits_total${RATE}))`, legend: '{{action}} kept' },
      ],
    },
    {
      title: 'Answered with a problem',
      description: 'Requests by code: a scope that is missing, an input that does not fit, too many requests.',
      ...{ kind: 'timeseries', unit: 'reqps', runbook: 'ActionsFail' },
      queries: [{ expr: `sum by (action, code) (rate(actions_refused_total${RATE}))`, legend: '{{action}} {{code}}' }],
    },
  ],
};
