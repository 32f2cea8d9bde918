import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { startServer } from '../fixtures/server.ts';
import { silent } from '../fixtures/silent-logger.ts';
import { createGuardedTarget } from './guarded-target.ts';
import { createWebhookSigner } from './standard-webhooks.ts';

const secretOf = (byte: number): string => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const [secret, next] = [secretOf(1), secretOf(2)];

it('the library of Standard Webhooks verifies what a receiver gets, with the old secret and with the new one', async () => {
  await using server = await startServer((response) => void response.writeHead(204).end());
  const target = createGuardedTarget({ name: 'webhook', allow: ['127.0.0.1'], httpsOnly: true, logger: silent });
  const sign = createWebhookSigner('webhook', `${secret}, ${next}`);
  const body = { text: 'Grüße, „Anna“ <3' };
  await target.request({ method: 'POST', url: `${server.url}/x`, body, sign: (bytes) => sign('msg.1 2', bytes) });
  await target.close();
  const [received] = server.received;
  assert.ok(received);
  for (const one of [secret, next]) {
    assert.deepEqual(new Webhook(one).verify(received.body, received.headers as Record<string, string>), body);
  }
  assert.throws(() => new Webhook(secretOf(3)).verify(received.body, received.headers as Record<string, string>));
  assert.throws(() => new Webhook(secret).verify(`${received.body} `, received.headers as Record<string, string>));
});

for (const bad of ['', 'canary', 'whsec_', 'whsec_Y2FuYXJ5', `${secret} canary`]) {
  it(`refuses ${JSON.stringify(bad.slice(0, 12))} as the secret, and does not quote it`, () => {
    assert.throws(
      () => createWebhookSigner('webhook', bad),
      (error: Error) => /whsec_ and the base64/.test(error.message) && !/canary|Y2Fu/.test(error.message),
    );
  });
}

for (const [url, isAllowed] of [
  ['http://example.com/x', false],
  ['https://example.com/x', true],
  ['http://127.0.0.1/x', true],
  ['http://localhost/x', true],
  ['http://[::1]/x', true],
  ['http://127.0.0.1.example.com/x', false],
  ['http://10.0.0.1/x', false],
] as const) {
  it(`${url} is ${isAllowed ? 'allowed' : 'refused'} where only https is`, async () => {
    const allow = ['127.0.0.1', '::1', 'localhost', '10.0.0.1'];
    const { createUrlGuard } = await import('./url-guard.ts');
    const guard = createUrlGuard({ allow, httpsOnly: true });
    if (isAllowed) guard.parse(url);
    else assert.throws(() => guard.parse(url), /not an https URL/);
  });
}
