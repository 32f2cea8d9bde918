import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { discoverOAuthProtectedResourceMetadata, extractWWWAuthenticateParams } from '@modelcontextprotocol/client';
import type { Database } from '@switchboard/database';
import { shopActions } from '../../fixtures/app.ts';
import { openTestDatabase } from '../../fixtures/database.ts';
import { openMcpApp } from '../../fixtures/mcp-app.ts';
import { metadataUrlOf } from './resource-metadata.ts';

let database: Database;
let close: () => Promise<void>;
before(async () => {
  ({ database, close } = await openTestDatabase());
});
after(() => close());

const yaml = shopActions('http://127.0.0.1:9');
const post = (url: string): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });

it('a client without a token learns who issues one, as the SDK reads it', async (t) => {
  const publicUrl = 'https://actions.shop.example/mcp';
  const { url } = await openMcpApp(t, { database, yaml, publicUrl });
  const refused = await post(url);
  assert.equal(refused.status, 401);
  const { resourceMetadataUrl } = extractWWWAuthenticateParams(refused);
  assert.equal(String(resourceMetadataUrl), 'https://actions.shop.example/.well-known/oauth-protected-resource/mcp');

  // The name of the shop is this server.
  const asked = (at: string | URL): Promise<Response> => fetch(new URL(new URL(at).pathname, url));
  const found = await discoverOAuthProtectedResourceMetadata(publicUrl, {}, asked);
  assert.equal(found.resource, publicUrl);
  assert.equal(found.authorization_servers?.length, 1);
});

it('without MCP_URL, nothing is said about issuers', async (t) => {
  const { url } = await openMcpApp(t, { database, yaml });
  const refused = await post(url);
  assert.equal(refused.headers.get('www-authenticate'), 'Bearer');
  const metadata = await fetch(new URL('/.well-known/oauth-protected-resource/mcp', url));
  assert.equal(metadata.status, 404);
});

it('the metadata of a server at a path are below the well-known name', () => {
  assert.equal(metadataUrlOf('https://a.example'), 'https://a.example/.well-known/oauth-protected-resource');
  assert.equal(
    metadataUrlOf('https://a.example/x/mcp'),
    'https://a.example/.well-known/oauth-protected-resource/x/mcp',
  );
});
