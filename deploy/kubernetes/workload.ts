import type { Service } from '../services.ts';

export type Manifest = Readonly<Record<string, unknown>> & {
  kind: string;
  metadata: { name: string; labels?: object };
};

/** What a service needs in Kubernetes in addition to what all services need. */
export interface Workload {
  readonly service: Service;
  /** The port 8080 has routes that others call. */
  readonly hasApi: boolean;
  /** Reads Redis. */
  readonly redis: boolean;
  /** The variables that name a mounted file of its ConfigMap. */
  readonly files: Readonly<Record<string, string>>;
  /** The services that call its API. */
  readonly calledBy: readonly string[];
  /** The outside ports that it calls, of public addresses. */
  readonly outside: readonly number[];
}

export const API_PORT = 8080;
export const OPS_PORT = 9464;

/** Where ConfigMaps and Secrets with files are mounted. */
export const CONFIG_FOLDER = '/etc/switchboard/config';
export const SECRETS_FOLDER = '/etc/switchboard/secrets';

/** After it, nothing sends new connections to a pod that stops. It counts towards the time that a stop may take. */
export const STOP_DELAY_MS = 5_000;
/** More than the longest stop, after which the process exits by itself. */
export const GRACE_SECONDS = 30;

const USER = 65_532;
/** The Kafka of components/strimzi. */
const KAFKA_CLUSTER = 'switchboard';

/** The labels that select the pods of a service. */
export const selector = (name: string) => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/part-of': 'switchboard',
});

/** `config` is applied first, then `setup`, `consumer` and `ingest`: see docs/kubernetes.md. */
export const labels = (name: string) => ({
  ...selector(name),
  'app.kubernetes.io/component': name === 'ingest' ? 'ingest' : name === 'register' ? 'setup' : 'consumer',
});

const podSecurity = {
  runAsNonRoot: true,
  runAsUser: USER,
  runAsGroup: USER,
  fsGroup: USER,
  seccompProfile: { type: 'RuntimeDefault' },
};

const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** The heap of the image is 192 MB; the limit leaves 256 MB and more for buffers and code. */
const resources = {
  requests: { cpu: '100m', memory: '320Mi' },
  limits: { cpu: '1', memory: '512Mi' },
};

const probe = (path: string, settings: object) => ({ httpGet: { path, port: 'ops' }, timeoutSeconds: 3, ...settings });

export function deployment(workload: Workload): Manifest {
  const { service, files } = workload;
  const { name } = service;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: labels(name) },
    spec: {
      replicas: 2,
      revisionHistoryLimit: 3,
      selector: { matchLabels: selector(name) },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels: labels(name) },
        spec: podSpec(
          name,
          {
            ...container(name, workload),
            ports: [
              ...(workload.hasApi ? [{ name: 'http', containerPort: API_PORT }] : []),
              { name: 'ops', containerPort: OPS_PORT },
            ],
            env: [
              { name: 'STOP_DELAY_MS', value: String(workload.hasApi ? STOP_DELAY_MS : 0) },
              ...Object.entries(files).map(([variable, file]) => ({
                name: variable,
                value: `${CONFIG_FOLDER}/${file}`,
              })),
            ],
            // A consumer is alive while it waits to join its group, up to 30 s after a kill, and ready afterwards.
            startupProbe: probe('/livez', { periodSeconds: 2, failureThreshold: 30 }),
            livenessProbe: probe('/livez', { periodSeconds: 10, failureThreshold: 3 }),
            readinessProbe: probe('/readyz', { periodSeconds: 5, failureThreshold: 2 }),
          },
          { topologySpreadConstraints: spread(name) },
        ),
      },
    },
  };
}

/** Registers the schemas and creates the topics, before a new version of the services starts. */
export function registerJob(): Manifest {
  const name = 'register';
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: labels(name) },
    spec: {
      backoffLimit: 5,
      activeDeadlineSeconds: 600,
      ttlSecondsAfterFinished: 3_600,
      template: {
        metadata: { labels: labels(name) },
        spec: podSpec(name, container(name, { redis: false }), { restartPolicy: 'OnFailure' }),
      },
    },
  };
}

/** Over zones and nodes, where there are several. */
const spread = (name: string) =>
  ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selector(name) },
    matchLabelKeys: ['pod-template-hash'],
  }));

function podSpec(name: string, program: object, more: object) {
  return {
    ...more,
    automountServiceAccountToken: false,
    // Variables such as REDIS_PORT, which Kubernetes would set for each Service, could be taken for ours.
    enableServiceLinks: false,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    securityContext: podSecurity,
    containers: [program],
    volumes: [
      { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
      { name: 'config', configMap: { name: `${name}-files`, optional: true } },
      { name: 'secrets', projected: { defaultMode: 0o440, sources: secretFiles(name) } },
    ],
  };
}

/** Its own files, and what it logs in to Strimzi's Kafka with: the KafkaUser has the name of the program. */
const secretFiles = (name: string) => [
  { secret: { name: `${name}-files`, optional: true } },
  {
    downwardAPI: {
      items: [{ path: 'kafka-username', fieldRef: { fieldPath: "metadata.labels['app.kubernetes.io/name']" } }],
    },
  },
  { secret: { name, optional: true, items: [{ key: 'password', path: 'kafka-password' }] } },
  {
    secret: {
      name: `${KAFKA_CLUSTER}-cluster-ca-cert`,
      optional: true,
      items: [{ key: 'ca.crt', path: 'kafka-ca.crt' }],
    },
  },
];

const container = (name: string, { redis }: Pick<Workload, 'redis'>) => ({
  name,
  image: `switchboard/${name}`,
  envFrom: [
    { configMapRef: { name: 'connections' } },
    ...(redis ? [{ configMapRef: { name: 'redis' } }] : []),
    { configMapRef: { name, optional: true } },
    // By the names of their variables. A service names those that it lacks, and exits with 78.
    { secretRef: { name: `${name}-credentials`, optional: true } },
  ],
  resources,
  securityContext: containerSecurity,
  volumeMounts: [
    { name: 'tmp', mountPath: '/tmp' },
    { name: 'config', mountPath: CONFIG_FOLDER, readOnly: true },
    { name: 'secrets', mountPath: SECRETS_FOLDER, readOnly: true },
  ],
});

export const apiService = ({ service: { name } }: Workload): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, labels: labels(name) },
  spec: { selector: selector(name), ports: [{ name: 'http', port: API_PORT, targetPort: 'http' }] },
});

/** Lets a drained node take one pod at a time. */
export const disruptionBudget = ({ service: { name } }: Workload): Manifest => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, labels: labels(name) },
  spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: selector(name) } },
});
