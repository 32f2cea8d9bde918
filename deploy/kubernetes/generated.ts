import { join } from 'node:path';
import { stringify } from 'yaml';
import { chart, defaultValues, productionValues, valuesSchema } from './chart.ts';
import { monitors } from './monitoring.ts';
import { networkPolicies } from './network.ts';
import { scaledObjects } from './scaling.ts';
import { apiService, deployment, disruptionBudget, registerJob } from './workload.ts';
import { workloads } from './workloads.ts';

const NOTE = '# Generated from deploy/services.ts by `npm run kubernetes`; change deploy/kubernetes/*.ts instead.\n';

const text = (path: string, content: string) => ({ path: join(import.meta.dirname, path), content });

const file = (path: string, manifests: readonly object[]) =>
  text(
    path,
    NOTE +
      manifests.map((manifest) => stringify(manifest, { lineWidth: 120, aliasDuplicateObjects: false })).join('---\n'),
  );

const list = {
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  resources: ['register.yaml', ...workloads.map(({ service }) => `${service.name}.yaml`)],
};

/** The files that kustomize and Helm read, and their content. */
export const files = (): { path: string; content: string }[] => [
  ...workloads.map((workload) =>
    file(`base/services/${workload.service.name}.yaml`, [
      deployment(workload),
      ...(workload.hasApi ? [apiService(workload)] : []),
      disruptionBudget(workload),
    ]),
  ),
  file('base/services/register.yaml', [registerJob()]),
  file('base/services/kustomization.yaml', [list]),
  file('components/network-policy/policies.yaml', networkPolicies()),
  file('components/keda/scaled-objects.yaml', scaledObjects()),
  file('components/monitoring/monitors.yaml', monitors()),
  file('../helm/Chart.yaml', [chart]),
  text('../helm/values.yaml', NOTE + defaultValues()),
  text('../helm/values-production.yaml', NOTE + productionValues()),
  text('../helm/values.schema.json', `${JSON.stringify(valuesSchema, null, 2)}\n`),
];
