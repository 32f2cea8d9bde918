import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createCodec } from '@switchboard/kafka';
import { readConfig } from '@switchboard/service';
import { createAuthority } from '@switchboard/stack/authority';
import { testStack } from '@switchboard/stack/test-stack';
import { eventually } from '@switchboard/stack/until';
import { openRegistryAddress } from './registry.ts';
import { registryConfig } from './registry-config.ts';

/** HTTPS in front of the real registry, for requests with this header. */
async function secured(t: TestContext, authorization: string) {
  const authority = await createAuthority();
  const { certFile, keyFile } = await authority.issue('registry');
  const behind = new URL(testStack().registryUrl);
  const server = createServer({ cert: await readFile(certFile), key: await readFile(keyFile) }, (asked, answer) => {
    if (asked.headers.authorization !== authorization) return void answer.writeHead(401).end();
    const { authorization: _, host: __, ...headers } = asked.headers;
    const forwarded = request(
      { host: behind.hostname, port: behind.port, path: asked.url, method: asked.method, headers },
      (given) => {
        answer.writeHead(given.statusCode ?? 502, given.headers);
        given.pipe(answer);
      },
    );
    asked.pipe(forwarded);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return {
    SCHEMA_REGISTRY_URL: `https://localhost:${port}${behind.pathname}`,
    SCHEMA_REGISTRY_TLS_CA_FILE: authority.caFile,
  };
}

const codecOf = (variables: Record<string, string>) =>
  createCodec({ registryUrl: openRegistryAddress(readConfig(registryConfig, variables)) });

describe('the schema registry', () => {
  it('is reached over TLS with a user and a password, and a wrong password is named', async (t) => {
    const variables = await secured(t, `Basic ${Buffer.from('crm-sync:secret').toString('base64')}`);
    const user = { ...variables, SCHEMA_REGISTRY_USERNAME: 'crm-sync' };
    await eventually(() => codecOf({ ...user, SCHEMA_REGISTRY_PASSWORD: 'secret' }));
    await eventually(() =>
      assert.rejects(codecOf({ ...user, SCHEMA_REGISTRY_PASSWORD: 'hidden' }), {
        code: 'REGISTRY_UNREACHABLE',
        message: /^(?!.*hidden).*refuses our credentials \(401\): check SCHEMA_REGISTRY_USERNAME/,
      }),
    );
  });

  it('is reached with a bearer token', async (t) => {
    const variables = await secured(t, 'Bearer token');
    await eventually(() => codecOf({ ...variables, SCHEMA_REGISTRY_TOKEN: 'token' }));
  });

  it('must have a certificate of an authority that is known', async (t) => {
    const { SCHEMA_REGISTRY_URL } = await secured(t, 'Bearer token');
    await assert.rejects(codecOf({ SCHEMA_REGISTRY_URL, SCHEMA_REGISTRY_TOKEN: 'token' }), {
      code: 'REGISTRY_UNREACHABLE',
    });
  });
});
