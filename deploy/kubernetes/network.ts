import { API_PORT, labels, type Manifest, OPS_PORT, selector, type Workload } from './workload.ts';
import { workloads } from './workloads.ts';

/** The usual ones, and those of Amazon's brokers: TLS, SASL, IAM. */
const KAFKA = [9092, 9093, 9094, 9096, 9098];
/** Apicurio's and Confluent's. */
const REGISTRY = [8080, 8081];
/** Of a managed registry, and of who issues tokens for Kafka. */
const HTTPS = 443;
/** The last is Sentinel's. */
const REDIS = [6379, 6380, 26379];
const POSTGRES = [5432];
const OTLP = 4318;

/** Everything that is no public address, the address of a cloud's metadata among them. */
const NOT_PUBLIC = ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'];

const anywhere = { ipBlock: { cidr: '0.0.0.0/0', except: NOT_PUBLIC } };
/** Managed Kafka and registries have public addresses. */
const MANAGED = [HTTPS, ...KAFKA];

const tcp = (ports: readonly number[]) => ports.map((port) => ({ protocol: 'TCP', port }));
const inNamespace = (labelKey: string, value = 'true') => ({
  namespaceSelector: { matchLabels: { [labelKey]: value } },
});
const monitoring = inNamespace('kubernetes.io/metadata.name', 'monitoring');

/** Servers in this namespace, in namespaces with this label, and at private addresses. */
const backends = [
  { podSelector: { matchLabels: { 'app.kubernetes.io/component': 'backend' } } },
  { podSelector: { matchExpressions: [{ key: 'strimzi.io/cluster', operator: 'Exists' }] } },
  inNamespace('switchboard-backends'),
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map((cidr) => ({ ipBlock: { cidr } })),
];

const policy = (name: string, meta: Manifest['metadata'], spec: object): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { ...meta, name },
  spec,
});

/** Nothing in or out, except look-ups of names. */
const everyPod = policy(
  'switchboard',
  { name: '' },
  {
    podSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'switchboard' } },
    policyTypes: ['Ingress', 'Egress'],
    egress: [
      {
        to: [inNamespace('kubernetes.io/metadata.name', 'kube-system'), { ipBlock: { cidr: '169.254.20.10/32' } }],
        ports: [
          { protocol: 'UDP', port: 53 },
          { protocol: 'TCP', port: 53 },
        ],
      },
    ],
  },
);

function forService(workload: Workload & { database: boolean }): Manifest {
  const { service, hasApi, calledBy, outside, redis, database } = workload;
  const { name } = service;
  const calls = workloads.filter((other) => other.calledBy.includes(name)).map((other) => other.service.name);
  const callers = [
    ...calledBy.map((caller) => ({ podSelector: { matchLabels: selector(caller) } })),
    inNamespace('switchboard-callers'),
  ];
  return policy(
    name,
    { name, labels: labels(name) },
    {
      podSelector: { matchLabels: selector(name) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { from: [monitoring], ports: tcp([OPS_PORT]) },
        // Senders of webhooks are anywhere.
        ...(name === 'ingest'
          ? [{ ports: tcp([API_PORT]) }]
          : hasApi
            ? [{ from: callers, ports: tcp([API_PORT]) }]
            : []),
      ],
      egress: [
        {
          to: backends,
          ports: tcp([...KAFKA, ...REGISTRY, HTTPS, ...(redis ? REDIS : []), ...(database ? POSTGRES : [])]),
        },
        ...calls.map((called) => ({
          to: [{ podSelector: { matchLabels: selector(called) } }],
          ports: tcp([API_PORT]),
        })),
        { to: [anywhere], ports: tcp([...new Set([...outside, ...MANAGED])]) },
        { to: [monitoring], ports: tcp([OTLP]) },
      ],
    },
  );
}

const register = policy(
  'register',
  { name: '', labels: labels('register') },
  {
    podSelector: { matchLabels: selector('register') },
    policyTypes: ['Ingress', 'Egress'],
    egress: [
      { to: backends, ports: tcp([...KAFKA, ...REGISTRY, HTTPS]) },
      { to: [anywhere], ports: tcp(MANAGED) },
    ],
  },
);

export const networkPolicies = (): Manifest[] => [everyPod, register, ...workloads.map(forService)];
