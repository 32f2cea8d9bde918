import { join } from 'node:path';
import { stringify } from 'yaml';
import { monitors } from './monitoring.ts';
import { networkPolicies } from './network.ts';
import { scaledObjects } from './scaling.ts';
import { apiService, deployment, disruptionBudget, registerJob } from './workload.ts';
import { workloads } from './workloads.ts';

const NOTE = '# Generated from deploy/services.ts by `npm run kubernetes`; change deploy/kubernetes/*.ts instead.\n';

const file = (path: string, manifests: readonly object[]) => ({
  path: join(import.meta.dirname, path),
  content:
    NOTE +
    manifests.map((manifest) => stringify(manifest, { lineWidth: 120, aliasDuplicateObjects: false })).join('---\n'),
});

const list = {
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  resources: ['register.yaml', ...workloads.map(({ service }) => `${service.name}.yaml`)],
};

/** The files that kustomize reads, and their content. */
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
];
