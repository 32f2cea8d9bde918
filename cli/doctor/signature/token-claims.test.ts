import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type Provider, type ProviderName, providers, publishedKeys } from '@switchboard/providers';
import { diagnose } from './diagnose.ts';

const pem = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const [known, unknown] = [pem(), pem()];
const BODY = '{"type":"message","serviceUrl":"https://smba.example.com/"}';
const NOW = Date.now();

describe('doctor signature, of a token', () => {
  let url = '';
  const server = createServer(async (request, response) => {
    response.end(JSON.stringify(request.url === '/openid' ? { jwks_uri: `${url}/keys` } : await publishedKeys(known)));
  });
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  /** What is said of a token for these settings at a source with others. */
  async function say(
    scheme: ProviderName,
    { signed = {}, secret = known, body = BODY }: { signed?: object; secret?: string; body?: string } = {},
    away = false,
  ): Promise<string> {
    const provider: Provider = providers[scheme];
    const keysAt = away ? 'http://127.0.0.1:9' : url;
    const settings =
      scheme === 'jwt'
        ? { jwksUrl: `${keysAt}/keys`, issuer: 'https://id.example.com', audience: 'switchboard' }
        : { openIdMetadata: `${keysAt}/openid`, issuer: 'https://api.example.com', appId: 'our-bot' };
    const message = { method: 'POST', url: '', body: Buffer.from(BODY) };
    const { authorization } = await provider.sign(message, secret, NOW, { ...settings, ...signed });
    const request = { scheme, provider, settings, keys: [], secrets: [], others: [], requireTimestamp: false };
    const captured = { url: undefined, called: undefined, method: 'POST', headers: { authorization }, now: NOW };
    const { sentences } = await diagnose({ ...request, ...captured, isTimeKnown: true, body: Buffer.from(body) });
    return sentences.join('\n');
  }

  it('names the claim that is not what the source expects', async () => {
    const other = { issuer: 'https://other.example.com' };
    const differs =
      /\(iss\) is "https:\/\/other\.example\.com", and the sources file expects "https:\/\/id\.example\.com"/;
    assert.match(await say('jwt', { signed: other }), differs);
    assert.match(
      await say('jwt', { signed: { audience: 'billing' } }),
      /\(aud\) is "billing", .* expects "switchboard"/,
    );
    assert.match(
      await say('bot-framework', { signed: { appId: 'a-bot' } }),
      /\(aud\) is "a-bot", .* expects "our-bot"/,
    );
    const moved = BODY.replace('smba', 'evil');
    assert.match(await say('bot-framework', { body: moved }), /serviceUrl of the body is not that of the token/);
  });

  it('tells a key that is not published, and keys that cannot be loaded', async () => {
    for (const scheme of ['jwt', 'bot-framework'] as const) {
      assert.equal(await say(scheme), 'The signature is right.');
      assert.match(await say(scheme, { secret: unknown }), /names a key that the vendor does not publish/);
      assert.match(await say(scheme, {}, true), /keys of the vendor cannot be loaded now/);
    }
  });
});
