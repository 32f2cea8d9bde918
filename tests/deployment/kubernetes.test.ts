import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Container, kustomize, podOf, type Resource } from '@switchboard/deploy/kubernetes/kustomize';
import { sandbox, services } from '@switchboard/deploy/services';
import { readConfig } from '@switchboard/service';
import { outsideSystems } from '@switchboard/start/outside-systems';
import Type, { type TObject } from 'typebox';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const overlays = { dev: await kustomize('overlays/dev'), production: await kustomize('overlays/production') };
/** What the images set. */
const IMAGE = { HOST: '0.0.0.0', PORT: '8080', OPS_PORT: '9464' };

interface Given {
  /** By the container and its ConfigMaps. */
  readonly variables: Readonly<Record<string, string>>;
  /** The files of its ConfigMap. */
  readonly files: Readonly<Record<string, string>>;
}

/** What a service gets in an overlay, apart from Secrets. */
function givenTo(name: string, resources: readonly Resource[]): Given {
  const workload = resources.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name);
  const pod = workload === undefined ? undefined : podOf(workload);
  const [{ env = [], envFrom = [] }] = (pod?.containers ?? []) as [Container];
  const dataOf = (map: string | undefined) =>
    resources.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === map)?.data ?? {};
  const volumes = (pod?.volumes ?? []) as { configMap?: { name: string } }[];
  return {
    variables: Object.assign(
      {},
      ...envFrom.map(({ configMapRef }) => dataOf(configMapRef?.name)),
      ...env.map((variable) => ({ [variable.name]: variable.value ?? '' })),
    ),
    files: Object.assign({}, ...volumes.map(({ configMap }) => dataOf(configMap?.name))),
  };
}

/** Inner modules, which their packages do not export. */
const { baseConfig } = (await import(join(root, 'packages/service/src/config.ts'))) as { baseConfig: TObject };
const { consumerConfig } = (await import(join(root, 'packages/consumer/src/service/config.ts'))) as {
  consumerConfig: TObject;
};

async function schemaOf(name: string): Promise<TObject> {
  const exported = Object.values(await import(join(root, 'services', name, 'src/config.ts'))) as TObject[];
  const own = exported.find(({ type }) => type === 'object');
  assert.ok(own, name);
  const consumes = !['ingest', 'actions'].includes(name);
  return Type.Object({
    ...baseConfig.properties,
    ...(consumes ? consumerConfig.properties : {}),
    ...own.properties,
  });
}

for (const [overlay, resources] of Object.entries(overlays)) {
  describe(`the overlay ${overlay}`, () => {
    for (const { name } of services) {
      it(`gives ${name} variables that it knows, all that it needs, and values that it accepts`, async () => {
        const { variables, files } = givenTo(name, resources);
        const schema = await schemaOf(name);
        readConfig(schema, { ...IMAGE, ...variables });
        const inFiles = Object.values(files).flatMap((text) =>
          [...text.matchAll(/\benv: (\w+)/g)].map(([, own]) => own),
        );
        const known = new Set([...Object.keys(schema.properties), ...inFiles]);
        assert.deepEqual(
          Object.keys(variables).filter((variable) => !known.has(variable)),
          [],
        );
      });

      it(`mounts the files that the variables of ${name} name, in YAML`, () => {
        const { variables, files } = givenTo(name, resources);
        const prefix = '/etc/switchboard/config/';
        const wanted = Object.values(variables).flatMap((value) =>
          value.startsWith(prefix) ? [value.slice(prefix.length)] : [],
        );
        assert.deepEqual(Object.keys(files).sort(), wanted.sort());
        for (const text of Object.values(files)) assert.ok(parse(text, { maxAliasCount: -1 }));
      });
    }
  });
}

it('the overlay dev gives the services the settings of npm start, except databases', () => {
  for (const { name } of services) {
    const places = {
      sandboxUrl: 'http://sandbox:8080',
      smtpPort: sandbox.smtpPort,
      searchUrl: 'http://kb-indexer:8080',
      actionsUrl: 'http://actions:8080',
      contextUrl: 'http://flows:8080',
      directory: '/data',
    };
    const { variables } = givenTo(name, overlays.dev);
    for (const [variable, value] of Object.entries(outsideSystems(name, places))) {
      if (value.startsWith('/data')) continue;
      const expected = value.replace('127.0.0.1', 'sandbox').replace('embedded', 'postgres');
      assert.equal(variables[variable], expected, `${name}: ${variable}`);
    }
  }
});
