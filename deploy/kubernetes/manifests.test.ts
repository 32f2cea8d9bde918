import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { programs, services } from '../services.ts';
import { files } from './generated.ts';
import { type Container, kustomize, podOf, type Resource } from './validation/kustomize.ts';
import { createValidator } from './validation/validator.ts';
import { PARTITIONS } from './workloads.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Servers for development, of which not all can run with a read-only file system. */
const WRITABLE = ['kafka', 'registry', 'redis', 'postgres'];

const overlays: Readonly<Record<string, readonly Resource[]>> = {
  dev: await kustomize('overlays/dev'),
  production: await kustomize('overlays/production'),
};
const all = Object.values(overlays).flat();
const production = overlays.production ?? [];
const of = (kind: string, resources = production): readonly Resource[] =>
  resources.filter((resource) => resource.kind === kind);
const withPods = all.filter((resource) => podOf(resource) !== undefined && 'containers' in (podOf(resource) ?? {}));
const ours = [...of('Deployment'), ...of('Job')];
const named = (name: string): Resource => ours.find(({ metadata }) => metadata.name === name) as Resource;
const containersOf = (resource: Resource): readonly Container[] => {
  const { containers = [], initContainers = [] } = podOf(resource) ?? {};
  return [...containers, ...initContainers];
};

it('the generated manifests are up to date: npm run kubernetes writes them', () => {
  for (const { path, content } of files()) assert.equal(readFileSync(path, 'utf8'), content, path);
});

for (const [name, resources] of Object.entries(overlays)) {
  it(`the overlay ${name} fits the schemas of Kubernetes and of the operators`, async () => {
    const validator = await createValidator();
    const problems = await Promise.all(resources.map((resource) => validator.problemsOf(resource)));
    assert.deepEqual(problems.flat(), []);
  });
}

it('the schemas refuse unknown fields, wrong types and values', async () => {
  const validator = await createValidator();
  const problemsWith = (kind: string, change: (resource: Resource) => void) => {
    const copy = structuredClone(of(kind)[0] as Resource);
    change(copy);
    return validator.problemsOf(copy);
  };
  for (const [kind, change, expected] of [
    ['Deployment', ({ spec }) => Object.assign(spec, { replica: 2 }), /additional properties.*"replica"/],
    ['Deployment', ({ spec }) => Object.assign(spec.strategy, { rollingUpdate: 1 }), /strategy\/rollingUpdate must be/],
    ['ScaledObject', ({ spec }) => Object.assign(spec, { maxReplicas: 2 }), /additional properties.*"maxReplicas"/],
    ['Kafka', ({ spec }) => Object.assign(spec.kafka.listeners[0], { type: 'inside' }), /listeners\/0\/type must be/],
  ] as const satisfies [string, (resource: Resource) => void, RegExp][]) {
    const problems = await problemsWith(kind, change);
    assert.match(problems.join('\n'), expected);
  }
});

describe('every pod', () => {
  for (const resource of withPods) {
    const { kind, metadata } = resource;
    const pod = podOf(resource);
    it(`of ${kind} ${metadata.name} in ${metadata.namespace} is restricted`, () => {
      const { runAsNonRoot, seccompProfile } = (pod?.securityContext ?? {}) as Record<string, unknown>;
      assert.equal(runAsNonRoot, true);
      assert.deepEqual(seccompProfile, { type: 'RuntimeDefault' });
      assert.equal(pod?.automountServiceAccountToken, false);
      assert.equal(pod?.enableServiceLinks, false);
      for (const { name, securityContext = {}, resources } of containersOf(resource)) {
        assert.equal(securityContext.allowPrivilegeEscalation, false, name);
        assert.deepEqual(securityContext.capabilities, { drop: ['ALL'] }, name);
        if (!WRITABLE.includes(name)) assert.equal(securityContext.readOnlyRootFilesystem, true, name);
        assert.ok(resources?.limits.memory && resources.limits.cpu && resources.requests.memory, name);
      }
    });
  }

  it('has a namespace that enforces the restricted standard', () => {
    const namespaces = all.filter(({ kind }) => kind === 'Namespace');
    assert.equal(namespaces.length, 2);
    for (const { metadata } of namespaces) {
      assert.equal(metadata.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
    }
  });
});

describe('every service', () => {
  for (const { name } of services) {
    const { spec } = named(name);
    const [container] = containersOf(named(name)) as [Container];

    it(`${name} replaces its pods one by one, and keeps one when nodes are drained`, () => {
      assert.deepEqual(spec.strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 });
      const budget = of('PodDisruptionBudget').find(({ metadata }) => metadata.name === name);
      assert.equal(budget?.spec.maxUnavailable, 1);
      for (const selected of [budget?.spec.selector, ...spec.template.spec.topologySpreadConstraints.map(selectorOf)]) {
        assert.deepEqual(selected, spec.selector);
      }
    });

    it(`${name} has probes that differ, on the port of operations`, () => {
      const { startupProbe, livenessProbe, readinessProbe } = container;
      assert.match(JSON.stringify(readinessProbe), /"path":"\/readyz","port":"ops"/);
      for (const probe of [startupProbe, livenessProbe]) assert.match(JSON.stringify(probe), /"path":"\/livez"/);
      assert.equal(
        new Set([startupProbe, livenessProbe, readinessProbe].map((probe) => JSON.stringify(probe))).size,
        3,
      );
    });

    it(`${name} fits its stop into the grace period`, () => {
      const source = read('packages/service/src/run-service.ts');
      const budget = number(/STOP_BUDGET_MS = ([\d_]+);/.exec(source)?.[1]);
      const more = number(/process\.exit\(1\), STOP_BUDGET_MS \+ ([\d_]+)\)/.exec(source)?.[1]);
      const longestStop = number(
        /finish, within the stop of the service\. \*\/\nconst STOP_MS = ([\d_]+);/.exec(
          read('packages/consumer/src/service/open-consumer.ts'),
        )?.[1],
      );
      assert.ok(longestStop < budget);
      assert.ok(budget + more < spec.template.spec.terminationGracePeriodSeconds * 1_000);
      const delay = number(container.env?.find((variable) => variable.name === 'STOP_DELAY_MS')?.value);
      // The delay is part of the budget; docs/deploying.md: running work ends within 16 s.
      assert.ok(delay + 16_000 < budget, `${delay}`);
      assert.equal(
        delay > 0,
        of('Service').some(({ metadata }) => metadata.name === name),
      );
    });
  }
});

describe('images', () => {
  it('are those that the release pushes', () => {
    const [version, workflow] = [parse(read('package.json')).version, read('.github/workflows/release.yml')];
    assert.match(workflow, /ghcr\.io\/\$\{\{ github\.repository_owner \}\}\/switchboard\//);
    const expected = programs
      .filter((name) => name !== 'sandbox')
      .map((name) => `ghcr.io/OWNER/switchboard/${name}:${version}`);
    assert.deepEqual(
      ours
        .flatMap(containersOf)
        .map(({ image }) => image)
        .sort(),
      expected.sort(),
    );
  });

  it('of development are those of docker compose', () => {
    const images = (overlays.dev ?? []).flatMap(containersOf).map(({ image }) => image);
    for (const name of programs) assert.ok(images.includes(`switchboard/${name}:local`), name);
    const compose = read('docker-compose.yml');
    for (const image of images.filter((image) => /^(apache|apicurio|redis)/.test(image)))
      assert.ok(compose.includes(image), image);
  });
});

it('consumers have no more instances than topics have partitions', () => {
  const register = of('ConfigMap').find(({ metadata }) => metadata.name.startsWith('register-'));
  assert.equal(register?.data?.TOPIC_PARTITIONS, String(PARTITIONS));
  for (const { spec } of of('ScaledObject')) assert.equal(spec.maxReplicaCount, PARTITIONS);
  assert.deepEqual(
    of('ScaledObject')
      .map(({ spec }) => spec.scaleTargetRef.name)
      .sort(),
    services.map(({ name }) => name).sort(),
  );
  // An apply would set the number of a scaled Deployment back.
  for (const { spec } of of('Deployment')) assert.equal(spec.replicas, undefined);
});

it('every dashboard is a ConfigMap that Grafana selects', () => {
  const maps = of('ConfigMap').filter(({ metadata }) => metadata.labels?.grafana_dashboard === '1');
  const dashboards = globSync('deploy/grafana/dashboards/*.json', { cwd: root }).map((path) => basename(path));
  assert.deepEqual(maps.flatMap(({ data = {} }) => Object.keys(data)).sort(), dashboards.sort());
});

it('every pod that reads a ConfigMap of ours gets one, by its name with the hash of its content', () => {
  for (const resources of Object.values(overlays)) {
    const maps = of('ConfigMap', resources).map(({ metadata }) => metadata.name);
    for (const container of resources.flatMap(containersOf)) {
      const [first] = container.envFrom ?? [];
      if (first?.configMapRef !== undefined) assert.ok(maps.includes(first.configMapRef.name), container.name);
    }
  }
});

const number = (text = 'NaN'): number => Number(text.replaceAll('_', ''));
const selectorOf = ({ labelSelector }: { labelSelector: object }): object => labelSelector;
