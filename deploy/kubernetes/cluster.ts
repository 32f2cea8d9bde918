import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, describe, it } from 'node:test';
import { LocalStackError } from '@switchboard/stack';
import { startKubernetes } from '@switchboard/stack/kubernetes';
import { parse } from 'yaml';
import { services } from '../services.ts';
import { helmInstall, helmTemplate } from './validation/helm.ts';
import { folderOf, kubectl, kustomize, podOf, type Resource } from './validation/kustomize.ts';
import { type CustomSchema, customSchemas } from './validation/validator.ts';

// It checks and stores objects. Nothing runs them, so that a namespace is without what controllers make.
const kubernetes = await startKubernetes((line) => console.log(line)).catch((error: unknown) => {
  console.error(error instanceof LocalStackError ? error.message : error);
  process.exit(1);
});
after(() => kubernetes[Symbol.asyncDispose]());

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');

const inNamespace = (namespace: string, resources: readonly Resource[]): readonly Resource[] =>
  resources.map((resource) => ({ ...resource, metadata: { ...resource.metadata, namespace } }));

const productionValues = parse(await read('../helm/values-production.yaml'));
const overlays = { dev: await kustomize('overlays/dev'), production: await kustomize('overlays/production') };
const manifests: Readonly<Record<string, readonly Resource[]>> = {
  'the overlay dev': overlays.dev,
  'the overlay production': overlays.production,
  'the chart': inNamespace('switchboard', await helmTemplate()),
  'the chart with values-production.yaml': inNamespace('switchboard', await helmTemplate(productionValues)),
};

const DRY_RUN = ['--dry-run=server', '-o', 'name'];

const run = (args: readonly string[], input?: string) =>
  kubectl(['--kubeconfig', kubernetes.kubeconfig, ...args], input);
const apply = (items: readonly object[], ...args: readonly string[]) =>
  run(['apply', '--validate=strict', '-f', '-', ...args], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));

function definition({ apiVersion, kind, schema }: CustomSchema): object {
  const [group, version] = apiVersion.split('/');
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
}

await apply((await customSchemas()).map(definition));
await run(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
for (const [overlay, resources] of Object.entries(overlays)) {
  await run(['apply', '-f', folderOf(`overlays/${overlay}/namespace.yaml`)]);
  const [namespace] = resources.filter(({ kind }) => kind === 'Namespace');
  const metadata = { name: 'default', namespace: namespace?.metadata.name };
  await apply([{ apiVersion: 'v1', kind: 'ServiceAccount', metadata }]);
}

/** A pod that the controller of this workload would make. */
const podFrom = ({ metadata: { name, namespace }, spec: { template, volumeClaimTemplates = [] } }: Resource) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...template.metadata, name, namespace },
  spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...volumeClaimTemplates.map(volumeOf)] },
});
const volumeOf = ({ metadata: { name } }: Resource) => ({ name, persistentVolumeClaim: { claimName: name } });
const workloadsOf = (resources: readonly Resource[]): readonly Resource[] =>
  resources.filter((resource) => 'containers' in (podOf(resource) ?? {}));

for (const [name, resources] of Object.entries(manifests)) {
  describe(name, () => {
    it('is admitted without a warning', async () => {
      const { stdout, stderr } = await apply(resources, ...DRY_RUN);
      assert.equal(stdout.trim().split('\n').length, resources.length);
      assert.equal(stderr, '');
    });

    it('has pods that the restricted standard lets in', async () => {
      const pods = workloadsOf(resources).map(podFrom);
      assert.ok(pods.length > 7);
      assert.equal((await apply(pods, ...DRY_RUN)).stderr, '');
    });
  });
}

describe('the server refuses', () => {
  const [workload] = workloadsOf(overlays.production) as [Resource];
  const [container] = podFrom(workload).spec.containers;
  const podWith = (change: object) => ({
    ...podFrom(workload),
    spec: { ...podFrom(workload).spec, containers: [{ ...container, ...change }] },
  });

  for (const [what, object, message] of [
    [
      'a privileged pod',
      podWith({ securityContext: { privileged: true } }),
      /violates PodSecurity "restricted.*privileged/s,
    ],
    [
      'a pod that may run as root',
      podWith({ securityContext: { ...container.securityContext, runAsUser: 0 } }),
      /runAsUser=0/,
    ],
    ['a field that does not exist', podWith({ imagePolicy: 'Always' }), /unknown field "imagePolicy"/],
    [
      'a value that an operator does not know',
      {
        ...overlays.production.find(({ kind }) => kind === 'KafkaNodePool'),
        spec: { replicas: 3, roles: ['follower'], storage: { type: 'ephemeral' } },
      },
      /spec\.roles\[0\]: Unsupported value: "follower"/,
    ],
  ] as const) {
    it(what, () => assert.rejects(apply([object], ...DRY_RUN), message));
  }
});

it('the commands of docs/kubernetes.md apply the overlay production, and apply it again', async () => {
  const docs = await read('../../docs/kubernetes.md');
  const commands = [...docs.matchAll(/^kubectl apply -k "\$overlay"(?: -l '?([^'\n#]+?)'?)?(?: *#.*)?$/gm)];
  assert.equal(commands.length, 3);
  for (const _ of ['first', 'again']) {
    await run(['--namespace', 'switchboard', 'delete', 'job', 'register', '--ignore-not-found']);
    for (const [, selector] of commands) {
      const { stderr } = await run([
        ...['apply', '-k', folderOf('overlays/production')],
        ...(selector === undefined ? [] : ['-l', selector]),
      ]);
      assert.equal(stderr, '');
    }
  }
});

it('Helm installs the chart, and upgrades it to another image with another Job', async () => {
  await helmInstall(kubernetes.kubeconfig, 'chart', [
    productionValues,
    { ...productionValues, image: { tag: '2.0.0' } },
  ]);
  const { stdout } = await run(['--namespace', 'chart', 'get', 'deployments,jobs', '-o', 'json']);
  const { items } = JSON.parse(stdout) as { items: Resource[] };
  assert.equal(items.length, services.length + 1);
  for (const item of items) assert.match(podOf(item)?.containers[0]?.image ?? '', /:2\.0\.0$/);
});
