import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readDeployConfig } from '@switchboard/deploy/config';
import { localSourceVariables } from '@switchboard/deploy/local-sources';
import { vendorKey } from '@switchboard/deploy/vendor-key';
import { parseSources, resolveSources, type Sources } from '@switchboard/ingest/sources';
import { publishedKeys } from '@switchboard/providers';
import { type Sandbox, startSandbox } from '@switchboard/sandbox';

/** As the list of vendors has them. */
const VENDORS = [
  ...['slack', 'meta', 'chatwoot', 'intercom', 'zendesk', 'sunshine', 'twilio', 'line', 'telegram', 'bot-framework'],
  ...['shopify', 'stripe', 'github', 'hubspot', 'freshchat', 'front', 'viber', 'messagebird', 'standard-webhooks'],
];
const OWN = ['escalation', 'cms-update', 'chatbot', 'shop', 'ops', 'api'];

const path = join(import.meta.dirname, '../sources.yaml');

describe('the local sources', () => {
  let directory: string;
  let sandbox: Sandbox;
  let variables: Record<string, string>;
  let sources: Sources;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'local-sources-'));
    sandbox = await startSandbox({ botFrameworkKeys: JSON.stringify(await publishedKeys(await vendorKey(directory))) });
    const { port } = new URL(sandbox.url);
    variables = await localSourceVariables(
      readDeployConfig({ LOCAL_DIRECTORY: directory, INGEST_PORT: '8181', SANDBOX_PORT: port }),
    );
    sources = await resolveSources(parseSources(await readFile(path, 'utf8'), path), variables);
  });
  after(async () => {
    await sandbox.close();
    await rm(directory, { recursive: true });
  });

  it('are one for each vendor, and ours', () => {
    assert.deepEqual([...sources.keys()].sort(), [...VENDORS, ...OWN].sort());
    for (const name of VENDORS) assert.equal(sources.get(name)?.scheme, name);
  });

  for (const name of VENDORS) {
    it(`accept what ${name} signs with the local secret`, async () => {
      const { provider, settings, publicUrl, verify } = sources.get(name) ?? assert.fail();
      const secret: Record<string, string> = {
        'standard-webhooks': 'whsec_bG9jYWwtc2VjcmV0LWxvY2FsLXNlY3JldC0xMjM0',
        freshchat: await vendorKey(directory),
        'bot-framework': await vendorKey(directory),
      };
      const body = Buffer.from('{"serviceUrl":"http://127.0.0.1/","channelId":"msteams"}');
      if (provider.needs?.publicUrl) assert.equal(publicUrl, `http://127.0.0.1:8181/webhooks/${name}`);
      const message = { method: 'POST', url: publicUrl ?? '', body };
      const headers = await provider.sign(message, secret[name] ?? 'local-secret', Date.now(), settings);
      const verdict = await verify({ method: 'POST', url: publicUrl, headers, body }, Date.now());
      assert.equal(verdict.kind, 'valid');
    });
  }

  it('take the check of the address by Meta', async () => {
    const { publicUrl = '', verify } = sources.get('meta') ?? assert.fail();
    const url = `${publicUrl}?hub.mode=subscribe&hub.verify_token=local-secret&hub.challenge=42`;
    const verdict = await verify({ method: 'GET', url, headers: {}, body: Buffer.alloc(0) }, Date.now());
    assert.equal(verdict.kind, 'reply');
  });

  it('keep the key that was made for the vendors, which only its owner can read', async () => {
    assert.equal(await vendorKey(directory), await vendorKey(directory));
    assert.equal((await stat(join(directory, 'vendor-key.pem'))).mode & 0o777, 0o600);
  });

  it('have the address that vendors call, if it is known', async () => {
    const config = readDeployConfig({ LOCAL_DIRECTORY: directory, PUBLIC_URL: 'https://tunnel.example' });
    assert.equal((await localSourceVariables(config)).PUBLIC_URL, 'https://tunnel.example');
  });
});
