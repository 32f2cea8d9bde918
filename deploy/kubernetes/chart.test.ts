import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { helmLint, helmTemplate } from './validation/helm.ts';
import { type Container, kustomize, podOf, type Resource } from './validation/kustomize.ts';
import { createValidator } from './validation/validator.ts';

const production = parse(readFileSync(new URL('../helm/values-production.yaml', import.meta.url), 'utf8'));
const rendered = { default: await helmTemplate(), production: await helmTemplate(production) };

/** The hashes that kustomize appends to the names of ConfigMaps. */
const HASH = /-[2456789bcdfghkmt]{10}(?=")/g;
const CHECKSUM = 'checksum/config';

/** kustomize writes an empty line into a text whose second line is indented. */
const withoutEmptyLines = (json: string): string => json.replaceAll('\\n\\n', '\\n');

/** By kind and name, so that a difference is one of a named object. */
const byName = (resources: readonly Resource[]): Record<string, Resource> =>
  Object.fromEntries(resources.map((resource) => [`${resource.kind}/${resource.metadata.name}`, resource]).sort());

function ofKustomize(resources: readonly Resource[]): Record<string, Resource> {
  const text = withoutEmptyLines(JSON.stringify(resources)).replace(HASH, '');
  return byName(
    (JSON.parse(text) as Resource[])
      .filter(({ kind }) => kind !== 'Namespace')
      .map(({ metadata: { namespace: _, ...metadata }, ...resource }) => ({ ...resource, metadata })),
  );
}

/** Without what shows Kubernetes that the configuration has changed. */
function ofHelm(resources: readonly Resource[]): Record<string, Resource> {
  const copies = structuredClone(resources) as Resource[];
  for (const { spec } of copies.filter((resource) => podOf(resource) !== undefined))
    delete spec.template.metadata.annotations;
  const text = withoutEmptyLines(JSON.stringify(copies)).replace(/"register-[0-9a-f]{8}"/, '"register"');
  return byName(JSON.parse(text) as Resource[]);
}

const find = (resources: readonly Resource[], kind: string, name: string): Resource => {
  const found = resources.find((resource) => resource.kind === kind && resource.metadata.name.startsWith(name));
  assert.ok(found, `${kind} ${name}`);
  return found;
};
const checksumOf = (resources: readonly Resource[], name: string): string =>
  find(resources, 'Deployment', name).spec.template.metadata.annotations[CHECKSUM];
const containerOf = (resources: readonly Resource[], name: string): Container =>
  podOf(find(resources, 'Deployment', name))?.containers[0] as Container;

describe('the chart', () => {
  it('has the objects of the overlay production, with its values', async () => {
    assert.deepEqual(ofHelm(rendered.production), ofKustomize(await kustomize('overlays/production')));
  });

  it('has the objects of the base by default', async () => {
    // The base leaves the registry and the tag to overlays.
    const text = JSON.stringify(ofHelm(rendered.default)).replace(
      /ghcr\.io\/OWNER\/(switchboard\/[\w-]+):[\d.]+/g,
      '$1',
    );
    assert.deepEqual(JSON.parse(text), ofKustomize(await kustomize('base')));
  });

  it('has no findings of helm lint --strict', async () => {
    assert.deepEqual(await helmLint(), []);
  });

  for (const [name, resources] of Object.entries(rendered)) {
    it(`fits the schemas with the values ${name}`, async () => {
      const validator = await createValidator();
      assert.deepEqual((await Promise.all(resources.map(validator.problemsOf))).flat(), []);
    });
  }

  it('changes what the values say, and nothing else', async () => {
    const resources = await helmTemplate({
      image: { repository: 'registry.example.com/ours', tag: '2.0.0', pullPolicy: 'Always' },
      pod: { nodeSelector: { disk: 'fast' } },
      keda: { enabled: true, prometheus: 'http://prometheus.example.com' },
      services: {
        'crm-sync': {
          tag: '1.9.0',
          minReplicas: 3,
          maxReplicas: 6,
          resources: { limits: { memory: '1Gi' } },
          config: { CRM: 'hubspot' },
          credentials: 'our-crm',
          secretFiles: 'our-files',
          env: [{ name: 'HUBSPOT_TOKEN', valueFrom: { secretKeyRef: { name: 'vault', key: 'hubspot' } } }],
        },
        'kb-indexer': { enabled: false },
      },
    });
    const changed = containerOf(resources, 'crm-sync');
    assert.equal(changed.image, 'registry.example.com/ours/crm-sync:1.9.0');
    assert.equal(containerOf(resources, 'flows').image, 'registry.example.com/ours/flows:2.0.0');
    assert.deepEqual(changed.resources, {
      requests: { cpu: '100m', memory: '320Mi' },
      limits: { cpu: '1', memory: '1Gi' },
    });
    assert.deepEqual(changed.envFrom?.at(-1), { secretRef: { name: 'our-crm' } });
    assert.equal(changed.env?.at(-1)?.name, 'HUBSPOT_TOKEN');
    assert.match(JSON.stringify(podOf(find(resources, 'Deployment', 'crm-sync'))), /"secret":\{"name":"our-files"\}/);
    for (const resource of resources.filter((one) => podOf(one) !== undefined)) {
      assert.deepEqual(podOf(resource)?.nodeSelector, { disk: 'fast' });
      assert.equal(resource.spec.replicas, undefined);
    }
    const scaled = find(resources, 'ScaledObject', 'crm-sync').spec;
    assert.deepEqual([scaled.minReplicaCount, scaled.maxReplicaCount], [3, 6]);
    assert.equal(scaled.triggers[0].metadata.serverAddress, 'http://prometheus.example.com');
    assert.deepEqual(find(resources, 'ConfigMap', 'crm-sync').data, { CRM: 'hubspot' });
    assert.ok(!resources.some(({ metadata }) => metadata.name === 'kb-indexer'));
    assert.equal(
      find(await helmTemplate({ services: { flows: { replicas: 5 } } }), 'Deployment', 'flows').spec.replicas,
      5,
    );
  });

  it('rolls the pods that read what has changed, and runs register again', async () => {
    const one = await helmTemplate({ services: { flows: { config: { CONCURRENCY: '64' } } } });
    assert.notEqual(checksumOf(one, 'flows'), checksumOf(rendered.default, 'flows'));
    assert.equal(checksumOf(one, 'notifier'), checksumOf(rendered.default, 'notifier'));
    const nameOf = (resources: readonly Resource[]): string => find(resources, 'Job', 'register').metadata.name;
    assert.equal(nameOf(one), nameOf(rendered.default));
    for (const values of [{ connections: { KAFKA_BROKERS: 'other:9092' } }, { image: { tag: '2.0.0' } }]) {
      assert.notEqual(nameOf(await helmTemplate(values)), nameOf(rendered.default));
    }
  });

  for (const [what, values, message] of [
    ['a service that does not exist', { services: { inges: {} } }, /inges/],
    ['a key that does not exist', { services: { ingest: { replica: 3 } } }, /replica/],
    ['a number as a variable', { services: { flows: { config: { CONCURRENCY: 64 } } } }, /CONCURRENCY/],
    ['no instances', { services: { flows: { replicas: 0 } } }, /replicas/],
    ['images without a repository', { image: { repository: '' } }, /repository/],
    ['a Prometheus without a scheme', { keda: { prometheus: 'prometheus:9090' } }, /prometheus/],
  ] as const) {
    it(`refuses ${what}`, () => assert.rejects(helmTemplate(values), message));
  }
});
