import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { programs } from '../services.ts';
import { kustomize } from './validation/kustomize.ts';
import { workloads } from './workloads.ts';

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number }[];
}
interface Policy {
  readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

const policies = (await kustomize('overlays/production'))
  .filter(({ kind }) => kind === 'NetworkPolicy')
  .map(({ metadata, spec }) => ({ name: metadata.name, ...(spec as Policy) }));
const OPS = 9464;
const HTTPS = 443;
const REDIS = 6379;
const PUBLIC = [HTTPS, 465, 587];
const KAFKA = [9092, 9093, 9094, 9096, 9098];

const usesRedis = (name: string): boolean => workloads.some(({ service, redis }) => service.name === name && redis);

describe('the network policies', () => {
  it('deny what they do not name, for each program', () => {
    for (const { name, policyTypes, ingress = [], egress = [] } of policies) {
      assert.deepEqual(policyTypes, ['Ingress', 'Egress'], name);
      for (const { ports = [] } of [...ingress, ...egress]) assert.ok(ports.length > 0, name);
      for (const { to = [] } of egress) assert.ok(to.length > 0, name);
    }
    const [everyPod] = policies.filter(({ name }) => name === 'switchboard');
    assert.deepEqual(everyPod?.podSelector.matchLabels, { 'app.kubernetes.io/part-of': 'switchboard' });
    assert.equal(everyPod?.ingress, undefined);
    const own = policies.map(({ podSelector }) => podSelector.matchLabels['app.kubernetes.io/name']);
    for (const name of programs.filter((program) => program !== 'sandbox')) assert.ok(own.includes(name), name);
  });

  it('let anyone reach the webhooks of ingest, and nothing else', () => {
    for (const { name, ingress = [] } of policies) {
      const open = ingress.filter(({ from }) => from === undefined).flatMap(({ ports = [] }) => ports);
      assert.deepEqual(
        open.map(({ port }) => port),
        name === 'ingest' ? [8080] : [],
        name,
      );
    }
  });

  it('let only Prometheus reach the port of operations', () => {
    for (const { name, ingress = [] } of policies.filter(
      (policy) => !['switchboard', 'register'].includes(policy.name),
    )) {
      const rules = ingress.filter(({ ports = [] }) => ports.some(({ port }) => port === OPS));
      const monitoring = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } };
      assert.deepEqual(rules, [{ from: [monitoring], ports: [{ protocol: 'TCP', port: OPS }] }], name);
    }
  });

  it('let services reach public addresses, but not the metadata of a cloud or the rest of the network', () => {
    for (const { name, egress = [] } of policies) {
      for (const { to = [], ports = [] } of egress) {
        for (const { ipBlock } of to.filter((peer) => peer.ipBlock?.cidr === '0.0.0.0/0')) {
          for (const cidr of ['10.0.0.0/8', '169.254.0.0/16', '192.168.0.0/16']) {
            assert.ok(ipBlock?.except?.includes(cidr), `${name}: ${cidr}`);
          }
          for (const { port } of ports) assert.ok([...PUBLIC, ...KAFKA].includes(port), `${name}: ${port}`);
        }
      }
    }
  });

  it('let every program reach the addresses of the production overlay, and of the examples for managed Kafka', async () => {
    const text = await readFile(join(import.meta.dirname, '../../docs/deploying.md'), 'utf8');
    const examples = [...text.matchAll(/^KAFKA_(?:BROKERS|OAUTH_TOKEN_URL)=(.*)$/gm)].flatMap(([, value = '']) =>
      value.split(','),
    );
    const overlay = (await kustomize('overlays/production'))
      .filter(({ kind, metadata }) => kind === 'ConfigMap' && /^(connections|redis)/.test(metadata.name))
      .flatMap(({ data = {} }) => Object.values(data as Record<string, string>))
      .filter((value) => /^\S+$/.test(value) && /:\/\/|:\d+$/.test(value));
    assert.ok(examples.length >= 5 && overlay.length >= 3, [...examples, ...overlay].join(' '));
    for (const address of [...examples, ...overlay]) {
      const [, given] = /:(\d+)(?:\/|$)/.exec(address) ?? [];
      const port = Number(given ?? HTTPS);
      // The port is the customer's own: docs/kubernetes.md says what to do.
      if (address.includes('aivencloud')) continue;
      for (const { name, egress = [] } of policies.filter((policy) => programs.includes(policy.name))) {
        if (port === REDIS && !usesRedis(name)) continue;
        const open = egress.flatMap(({ ports = [] }) => ports.map((one) => one.port));
        assert.ok(open.includes(port), `${name} cannot reach ${address}`);
      }
    }
  });
});
