import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readRules } from '../prometheus/rules.ts';
import type { Manifest } from './workload.ts';

const metadata = { name: 'switchboard', labels: { 'app.kubernetes.io/part-of': 'switchboard' } };

/** The labels `job` and `program` are those of deploy/prometheus/prometheus.yml, which alerts and dashboards use. */
const podMonitor: Manifest = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PodMonitor',
  metadata,
  spec: {
    selector: {
      matchLabels: { 'app.kubernetes.io/part-of': 'switchboard' },
      matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'In', values: ['consumer', 'ingest'] }],
    },
    podMetricsEndpoints: [
      {
        port: 'ops',
        interval: '10s',
        relabelings: [
          { targetLabel: 'job', replacement: 'switchboard' },
          { sourceLabels: ['__meta_kubernetes_pod_label_app_kubernetes_io_name'], targetLabel: 'program' },
        ],
      },
    ],
  },
};

/** The alerts of deploy/prometheus/alerts.yml. */
const alerts = (): Manifest => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata,
  spec: { groups: readRules().groups },
});

interface Route {
  readonly receiver?: string;
  readonly group_by?: readonly string[];
  readonly group_wait?: string;
  readonly group_interval?: string;
  readonly repeat_interval?: string;
}

/** The route and the texts of deploy/alertmanager/alertmanager.yml. The Secret has the address of an incoming webhook. */
function receivers(): Manifest {
  const { route, receivers } = parse(
    readFileSync(new URL('../alertmanager/alertmanager.yml', import.meta.url), 'utf8'),
  ) as { route: Route & { routes: [Route] }; receivers: [{ name: string; slack_configs: [Record<string, string>] }] };
  const [{ name, slack_configs }] = receivers;
  const { color, title, title_link: titleLink, text } = slack_configs[0];
  return {
    apiVersion: 'monitoring.coreos.com/v1alpha1',
    kind: 'AlertmanagerConfig',
    metadata,
    spec: {
      route: {
        receiver: name,
        groupBy: route.group_by,
        groupWait: route.group_wait,
        groupInterval: route.group_interval,
        repeatInterval: route.repeat_interval,
        routes: [
          {
            receiver: name,
            matchers: [{ name: 'severity', matchType: '=', value: 'page' }],
            repeatInterval: route.routes[0].repeat_interval,
          },
        ],
      },
      receivers: [
        {
          name,
          slackConfigs: [
            {
              apiURL: { name: 'alertmanager-slack', key: 'webhook-url' },
              ...{ sendResolved: true, color, title, titleLink, text },
            },
          ],
        },
      ],
    },
  };
}

export const monitors = (): Manifest[] => [podMonitor, alerts(), receivers()];
