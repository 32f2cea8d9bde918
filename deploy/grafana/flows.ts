import { type Dashboard, RATE } from './panel.ts';

export const flows: Dashboard = {
  uid: 'flows',
  title: 'Flows',
  description: 'Sets of events: how many wait, come together, or do not in time.',
  panels: [
    {
      title: 'Flow files',
      description: 'Failed while changed files cannot be used and the earlier flows stay in force.',
      ...{ kind: 'stat', unit: 'short', width: 6, alarm: 1, runbook: 'FlowsNotReloaded' },
      queries: [{ expr: 'max(flows_reload_failed)', legend: 'files' }],
    },
    {
      title: 'Late time-outs',
      description: 'How long the longest overdue time-out has been due. FlowsOverdue fires above 30 s.',
      ...{ kind: 'stat', unit: 's', width: 6, warn: 5, alarm: 30, runbook: 'FlowsOverdue' },
      queries: [{ expr: 'max(flows_overdue_seconds)', legend: 'late' }],
    },
    {
      title: 'Outcomes',
      description: 'Sets that came together, and sets that were not complete in time.',
      ...{ kind: 'timeseries', unit: 'cps', runbook: 'FlowsOverdue' },
      queries: [
        { expr: `sum by (flow) (rate(flows_completed_total${RATE}))`, legend: '{{flow}} then' },
        { expr: `sum by (flow) (rate(flows_timed_out_total${RATE}))`, legend: '{{flow}} otherwise' },
      ],
    },
    {
      title: 'Waiting',
      description: 'Instances that wait for further events. All instances of the service report the same.',
      ...{ kind: 'timeseries', unit: 'short', runbook: 'FlowsOverdue' },
      queries: [{ expr: 'max by (flow) (flows_waiting_instances)', legend: '{{flow}}' }],
    },
    {
      title: 'Oldest',
      description: 'How long the oldest waiting instance has waited. Flows without within wait for ever.',
      ...{ kind: 'timeseries', unit: 's', runbook: 'FlowsOverdue' },
      queries: [{ expr: 'max by (flow) (flows_oldest_waiting_seconds)', legend: '{{flow}}' }],
    },
    {
      title: 'Cancelled and left out',
      description: 'Instances that an operator cancelled, and effects whose events name no user or conversation.',
      ...{ kind: 'timeseries', unit: 'cps', runbook: 'FlowsNotReloaded' },
      queries: [
        { expr: `sum by (flow) (rate(flows_cancelled_total${RATE}))`, legend: '{{flow}} cancelled' },
        { expr: `sum by (flow) (rate(flows_left_out_total${RATE}))`, legend: '{{flow}} left out' },
      ],
    },
    {
      title: 'Streams of context',
      description: 'Open streams of context changes, by instance. An instance takes 1,000, and one caller 250.',
      ...{ kind: 'timeseries', unit: 'short', runbook: 'ContextStreamsRefused' },
      queries: [{ expr: 'max by (instance) (flows_context_listeners)', legend: '{{instance}}' }],
    },
    {
      title: 'Ended streams of context',
      description: 'Streams that their reader closed, that ended because it read too slowly, or that were refused.',
      ...{ kind: 'timeseries', unit: 'cps', runbook: 'ContextStreamsRefused' },
      queries: [{ expr: `sum by (reason) (rate(flows_context_listeners_ended_total${RATE}))`, legend: '{{reason}}' }],
    },
  ],
};
