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

export const monitors = (): Manifest[] => [podMonitor, alerts()];
