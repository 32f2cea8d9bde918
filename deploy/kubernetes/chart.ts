import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Type from 'typebox';
import { parse, stringify } from 'yaml';
import { LEAST } from './scaling.ts';
import { PARTITIONS, workloads } from './workloads.ts';

const read = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8');
const { version } = JSON.parse(read('../../package.json')) as { version: string };

export const chart = {
  apiVersion: 'v2',
  name: 'switchboard',
  description: 'Switchboard connects chatbot platforms, shops, CMSs and monitoring to the systems behind them',
  type: 'application',
  version,
  appVersion: version,
  kubeVersion: '>=1.30.0-0',
};

/** A key that is not listed is a mistake. */
const closed = { additionalProperties: false };
const strings = (description: string) => Type.Record(Type.String(), Type.String(), { description });
const quantities = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]));
const count = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }));
const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));
const component = (description: string, more = {}) =>
  Type.Object({ enabled: Type.Boolean(), ...more }, { ...closed, description });

const program = {
  tag: text('the tag of its image, if not that of the others'),
  resources: Type.Optional(
    Type.Object(
      { requests: Type.Optional(quantities), limits: Type.Optional(quantities) },
      { ...closed, description: 'merged into those of deploy/kubernetes/base' },
    ),
  ),
  config: Type.Optional(strings('its variables, in a ConfigMap')),
  files: Type.Optional(strings('the content of its files in /etc/switchboard/config, by name')),
  credentials: text('the Secret with variables; default <service>-credentials, if there is one'),
  secretFiles: text('the Secret with the files of /etc/switchboard/secrets; default <service>-files, if there is one'),
  env: Type.Optional(
    Type.Array(Type.Object({ name: Type.String() }), { description: 'more variables, such as with valueFrom' }),
  ),
};

const service = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean({ description: 'default true' })),
    replicas: count('without keda; default 2'),
    minReplicas: count(`with keda; default ${LEAST}`),
    maxReplicas: count(`with keda; default ${PARTITIONS}, the number of partitions`),
    ...program,
  },
  closed,
);

const scheduling = {
  imagePullSecrets: Type.Optional(Type.Array(Type.Object({ name: Type.String() }, closed))),
  nodeSelector: Type.Optional(Type.Record(Type.String(), Type.String())),
  tolerations: Type.Optional(Type.Array(Type.Object({}))),
  affinity: Type.Optional(Type.Object({})),
  priorityClassName: Type.Optional(Type.String()),
};

export const valuesSchema = Type.Object(
  {
    image: Type.Object(
      {
        repository: Type.String({ minLength: 1, description: 'comes before /<service>:<tag>' }),
        tag: Type.String({ description: 'default the appVersion of the chart' }),
        pullPolicy: Type.Optional(Type.Enum(['Always', 'IfNotPresent', 'Never'])),
      },
      closed,
    ),
    connections: strings('the variables of all programs'),
    redis: strings('the variables of all that use Redis'),
    pod: Type.Object(scheduling, { ...closed, description: 'added to every pod' }),
    services: Type.Object(
      Object.fromEntries(workloads.map(({ service: { name } }) => [name, Type.Ref('#/definitions/service')])),
      closed,
    ),
    register: Type.Object(program, { ...closed, description: 'the Job that registers schemas and creates topics' }),
    networkPolicy: component('each service reaches only what it needs'),
    keda: component('the number of instances follows the lag', { prometheus: Type.String({ pattern: '^https?://' }) }),
    monitoring: component('PodMonitor, alerts and dashboards'),
    strimzi: component('a Kafka of three controllers and three brokers'),
    global: Type.Optional(Type.Object({}, { description: 'Helm gives it to every chart' })),
  },
  { ...closed, $schema: 'http://json-schema.org/draft-07/schema#', definitions: { service } },
);

interface Kustomization {
  readonly components?: readonly string[];
  readonly images?: readonly { readonly name: string; readonly newName: string }[];
  readonly configMapGenerator: readonly {
    readonly name: string;
    readonly literals?: readonly string[];
    readonly files?: readonly string[];
  }[];
}

const dataOf = (folder: string, name: string): Record<string, string> | undefined => {
  const { configMapGenerator } = parse(read(`${folder}/kustomization.yaml`)) as Kustomization;
  const map = configMapGenerator.find((generator) => generator.name === name);
  if (map === undefined) return undefined;
  const literals = (map.literals ?? []).map((literal) => literal.split(/=(.*)/s, 2));
  const files = (map.files ?? []).map((file) => [file.split('/').at(-1), read(`${folder}/${file}`)]);
  return Object.fromEntries([...literals, ...files]);
};

/** What a kustomization says about the ConfigMaps of a program, as values. */
function settingsOf(folder: string, name: string): object {
  const [config, files] = [dataOf(folder, name), dataOf(folder, `${name}-files`)];
  return { ...(config && { config }), ...(files && { files }) };
}

const configOf = (folder: string) => ({
  connections: dataOf(folder, 'connections'),
  redis: dataOf(folder, 'redis'),
  register: settingsOf(folder, 'register'),
  services: Object.fromEntries(workloads.map(({ service: { name } }) => [name, settingsOf(folder, name)])),
});

const section = (comment: string, values: object): string =>
  `\n# ${comment}\n${stringify(values, { lineWidth: 120, blockQuote: 'literal' })}`;

const KEYS = Object.entries(service.properties as Record<string, { description?: string }>)
  .map(([key, { description }]) => `#   ${key}: ${description}`)
  .join('\n');

/** The values of deploy/kubernetes/base, without components. */
export function defaultValues(): string {
  const { connections, redis, register, services } = configOf('base');
  return [
    section(
      'Images are <repository>/<service>:<tag>. OWNER is the owner of your repository; default tag: the appVersion.',
      {
        image: { repository: 'ghcr.io/OWNER/switchboard', tag: '' },
      },
    ),
    section('The variables of all programs, and of those that use Redis.', { connections, redis }),
    section('For every pod: imagePullSecrets, nodeSelector, tolerations, affinity, priorityClassName.', { pod: {} }),
    section(`Each service can have:\n${KEYS}`, { services }),
    section('The Job that registers the schemas and creates the topics. It can have the keys from `tag` on.', {
      register,
    }),
    section('Needs a network plugin that enforces policies.', { networkPolicy: { enabled: false } }),
    section('Needs KEDA 2.17 or later, and Prometheus.', {
      keda: { enabled: false, prometheus: 'http://prometheus-operated.monitoring.svc:9090' },
    }),
    section("Needs the Prometheus operator, and the sidecar of Grafana's chart.", { monitoring: { enabled: false } }),
    section('Needs Strimzi 1.0 or later. Leave it out if you bring your own Kafka.', { strimzi: { enabled: false } }),
  ].join('');
}

/** The values of deploy/kubernetes/overlays/production. */
export function productionValues(): string {
  const folder = 'overlays/production';
  const { images = [], components = [] } = parse(read(`${folder}/kustomization.yaml`)) as Kustomization;
  const [{ name, newName }] = images as [{ name: string; newName: string }];
  const has = (component: string) => ({ enabled: components.some((path) => path.endsWith(`/${component}`)) });
  return section(
    'A starting point: copy it, and put in your registry, addresses and files. docs/kubernetes.md lists the Secrets.',
    {
      image: { repository: newName.replace(name.replace('switchboard', ''), '') },
      ...configOf(folder),
      networkPolicy: has('network-policy'),
      keda: has('keda'),
      monitoring: has('monitoring'),
      strimzi: has('strimzi'),
    },
  );
}
