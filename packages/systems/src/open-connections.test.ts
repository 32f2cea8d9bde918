import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Auth } from '@switchboard/outbound';
import { createLogger } from '@switchboard/service';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import type { Connection, Connections } from './connection.ts';
import { openConnections } from './open-connections.ts';

const logger = createLogger('test', 'silent');
const kinds = { crm: { hubspot: { url: 'https://api.hubapi.com' }, http: { anonymous: true } } } as const;
const shared: Connection = {
  ...{ name: 'hubspot', tenant: undefined, role: 'crm', kind: 'hubspot', url: 'https://shared.example' },
  ...{ auth: undefined, settings: {} },
};

async function folder(t: TestContext, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'connections-'));
  t.after(() => rm(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
}

async function open(t: TestContext, path: string | undefined, environment = {}) {
  const metrics = new Registry();
  // Reloads happen when the test asks for them.
  const options = { path, kinds, environment, logger, metrics, pollMs: 3_600_000, defaults: { crm: shared } };
  const connections = await openConnections(options);
  t.after(connections.close);
  const failed = async (): Promise<number | undefined> =>
    (await metrics.getSingleMetric('connections_reload_failed')?.get())?.values[0]?.value;
  return { connections, metrics, failed };
}

const crmOf = (connections: Connections, tenant: string) => connections.of(tenant, 'crm').map(({ name }) => name);
function tokenOf(connections: Connections, tenant: string): string | undefined {
  const auth: Auth | undefined = connections.of(tenant, 'crm')[0]?.auth;
  return auth?.kind === 'bearer' ? auth.token : undefined;
}
const hubspot = (token: string): string => `{ role: crm, kind: hubspot, auth: { kind: bearer, token: ${token} } }`;

describe('connections', () => {
  it('are those of the tenant, otherwise the shared one, and none if the tenant says so', async (t) => {
    const path = join(
      await folder(t, {
        'c.yaml': `
connections:
  acme:
    sales: ${hubspot('{ env: TOKEN }')}
    service: { role: crm, kind: http, url: 'https://acme.example' }
    desk: { role: helpdesk, kind: zendesk, url: 'https://acme.zendesk.com', auth: { kind: bearer, token: { env: NOT_OURS } } }
  umbrella: { no-crm: { role: crm, kind: none } }
  initech: { desk: { role: helpdesk, kind: zendesk, url: 'https://initech.zendesk.com' } }
`,
      }),
      'c.yaml',
    );
    const { connections, metrics } = await open(t, path, { TOKEN: 'secret' });
    assert.deepEqual(crmOf(connections, 'acme'), ['acme/sales', 'acme/service']);
    assert.deepEqual(crmOf(connections, 'umbrella'), []);
    assert.deepEqual(crmOf(connections, 'initech'), ['hubspot']);
    assert.deepEqual(crmOf(connections, 'stranger'), ['hubspot']);
    assert.deepEqual(connections.of('acme', 'helpdesk'), []);
    assert.equal(tokenOf(connections, 'acme'), 'secret');
    assert.match(await metrics.metrics(), /connections_loaded\{role="crm",kind="hubspot"\} 1/);
  });

  it('without a file are the shared ones', async (t) => {
    const { connections } = await open(t, undefined);
    assert.deepEqual(crmOf(connections, 'acme'), ['hubspot']);
  });

  it('come from all files of a folder, and one that is in two of them is refused', async (t) => {
    const path = await folder(t, {
      'acme.yaml': `connections: { acme: { a: ${hubspot('{ file: token }')} } }`,
      'umbrella.json': '{"connections":{"umbrella":{"b":{"role":"crm","kind":"http","url":"http://b.example"}}}}',
      token: 'from-file\n',
      '.hidden.yaml': 'nonsense',
    });
    await mkdir(join(path, '..data'));
    const { connections, failed } = await open(t, path);
    assert.deepEqual([crmOf(connections, 'acme'), crmOf(connections, 'umbrella')], [['acme/a'], ['umbrella/b']]);
    assert.equal(tokenOf(connections, 'acme'), 'from-file');
    await writeFile(join(path, 'z.yaml'), `connections: { acme: { a: ${hubspot('{ file: token }')} } }`);
    await connections.reload();
    assert.equal(await failed(), 1);
    await assert.rejects(open(t, path), /z\.yaml:1:24: connections\.acme\.a is also in .*acme\.yaml: keep one of them/);
  });

  it('change with their file and with their secrets, and a connection that is the same stays the same object', async (t) => {
    const files = {
      'c.yaml': `connections: { acme: { a: ${hubspot('{ file: token }')} }, b: { b: ${hubspot('{ env: B }')} } }`,
    };
    const path = await folder(t, { ...files, token: 'old' });
    const { connections } = await open(t, path, { B: 'b' });
    const [first] = connections.of('acme', 'crm');
    const [other] = connections.of('b', 'crm');
    await writeFile(join(path, 'token'), 'new');
    await connections.reload();
    assert.equal(tokenOf(connections, 'acme'), 'new');
    assert.ok(first && !connections.has(first));
    assert.equal(connections.of('b', 'crm')[0], other);
    assert.ok(other && connections.has(other));
    await writeFile(join(path, 'c.yaml'), 'connections: {}');
    await connections.reload();
    assert.deepEqual(crmOf(connections, 'acme'), ['hubspot']);
    assert.ok(!connections.has(other));
  });

  const broken = {
    'cannot be read': ['connections: [', /c\.yaml:\d+:\d+: is not valid YAML/],
    'names an unknown kind': [
      'connections: { a: { b: { role: crm, kind: x } } }',
      /c\.yaml:1:37: .*kind must be one of/,
    ],
    'names a variable that is not set': [
      `connections: { a: { b: ${hubspot('{ env: NOT_SET }')} } }`,
      /c\.yaml:1:\d+: connections\.a\.b\.auth\.token needs the environment variable NOT_SET/,
    ],
    'names a secret that is not there': [
      `connections: { a: { b: ${hubspot('{ file: gone }')} } }`,
      /auth\.token cannot be read: gone \(ENOENT\)/,
    ],
    'has a secret that cannot be sent': [
      `connections: { a: { b: ${hubspot('{ file: lines }')} } }`,
      /connections\.a\.b\.auth the credentials cannot be sent in a header/,
    ],
  } as const;
  for (const [what, [text, problem]] of Object.entries(broken)) {
    it(`stay as they were when a new file ${what}`, async (t) => {
      const path = await folder(t, { 'c.yaml': `connections: { a: { b: ${hubspot('{ env: B }')} } }`, lines: 'a\nb' });
      const { connections, failed } = await open(t, path, { B: 'b' });
      await writeFile(join(path, 'c.yaml'), text);
      await connections.reload();
      assert.equal(await failed(), 1);
      assert.equal(tokenOf(connections, 'a'), 'b');
      await assert.rejects(open(t, path, { B: 'b' }), problem);
      await writeFile(join(path, 'c.yaml'), 'connections: {}');
      await connections.reload();
      assert.equal(await failed(), 0);
    });
  }

  it('of a tenant have the address and the secret of its own entry, whatever changes', async (t) => {
    const path = join(await folder(t, { 'c.yaml': 'connections: {}' }), 'c.yaml');
    const environment: Record<string, string> = {};
    const { connections } = await open(t, path, environment);
    const tenants = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.uniqueArray(fc.stringMatching(/^[a-z]{1,2}$/)));
    await fc.assert(
      fc.asyncProperty(tenants, fc.integer({ min: 1, max: 3 }), async (tenants, version) => {
        const content = Object.fromEntries(
          Object.entries(tenants).map(([tenant, names]) => [
            tenant,
            Object.fromEntries(
              names.map((name) => {
                environment[`T_${tenant}_${name}`] = `secret of ${tenant}/${name}, ${version}`;
                const auth = { kind: 'bearer', token: { env: `T_${tenant}_${name}` } };
                return [name, { role: 'crm', kind: 'hubspot', url: `https://${tenant}.example/${name}`, auth }];
              }),
            ),
          ]),
        );
        await writeFile(path, JSON.stringify({ connections: content }));
        await connections.reload();
        for (const [tenant, names] of Object.entries(tenants)) {
          const own = connections.of(tenant, 'crm');
          assert.deepEqual(
            own.map(({ url, auth }) => ({ url, auth })),
            names.length === 0
              ? [{ url: shared.url, auth: shared.auth }]
              : Object.keys(content[tenant] ?? {}).map((name) => ({
                  url: `https://${tenant}.example/${name}`,
                  auth: { kind: 'bearer', token: `secret of ${tenant}/${name}, ${version}` },
                })),
          );
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('the connections of ten thousand tenants', () => {
  it('load fast and take little memory', async (t) => {
    const environment = { TOKEN: 'secret' };
    const tenants = Array.from(
      { length: 10_000 },
      (_, n) => `  tenant-${n}:
    hubspot:
      role: crm
      kind: hubspot
      url: https://tenant-${n}.example
      auth: { kind: bearer, token: { env: TOKEN } }
      rate: 10
`,
    );
    const path = await folder(t, { 'c.yaml': `connections:\n${tenants.join('')}` });
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const startedAt = process.cpuUsage();
    const { connections } = await open(t, path, environment);
    const { user, system } = process.cpuUsage(startedAt);
    const ms = (user + system) / 1_000;
    globalThis.gc?.();
    const megabytes = (process.memoryUsage().heapUsed - before) / 1e6;
    t.diagnostic(`${ms.toFixed(0)} ms of CPU time, ${megabytes.toFixed(0)} MB`);
    assert.equal(tokenOf(connections, 'tenant-9999'), 'secret');
    assert.ok(ms < 5_000, `${ms} ms`);
    assert.ok(megabytes < 100, `${megabytes} MB`);
  });
});
