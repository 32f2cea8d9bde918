import assert from 'node:assert/strict';
import { it } from 'node:test';
import { escalation, startApp } from '../../fixtures/app.ts';
import { createAddressList } from './address-list.ts';

const cases: readonly [what: string, trusted: string, headers: Record<string, string>, status: number][] = [
  ['a trusted proxy says http', '127.0.0.1', { 'x-forwarded-proto': 'http' }, 403],
  ['a trusted proxy says https', '127.0.0.1', { 'x-forwarded-proto': 'https' }, 200],
  ['the sender wrote https before what the proxy wrote', '127.0.0.1', { 'x-forwarded-proto': 'https, http' }, 403],
  ['a trusted proxy says http in Forwarded', '127.0.0.1', { forwarded: 'for=192.0.2.1;proto=http;by=x' }, 403],
  ['a trusted proxy says https in Forwarded', '127.0.0.1', { forwarded: 'for=192.0.2.1;Proto="https"' }, 200],
  ['anyone else says http', '192.0.2.7', { 'x-forwarded-proto': 'http' }, 200],
  ['no proxy says anything', '127.0.0.1', {}, 200],
];

for (const [what, trusted, headers, status] of cases) {
  it(`REQUIRE_HTTPS answers ${status} when ${what}`, async (t) => {
    const limits = { requireHttps: true, trustedProxies: createAddressList([trusted]) };
    const { post, published } = await startApp(t, { limits });
    const answer = await post('/webhooks/escalation', escalation(), headers);
    assert.equal(answer.status, status);
    if (status === 403) assert.deepEqual(answer.json(), { error: 'Send by https' });
    assert.equal(published.length, status === 403 ? 0 : 1);
  });
}

it('without REQUIRE_HTTPS, http is accepted', async (t) => {
  const { post } = await startApp(t, { limits: { trustedProxies: createAddressList(['127.0.0.1']) } });
  assert.equal((await post('/webhooks/escalation', escalation(), { 'x-forwarded-proto': 'http' })).status, 200);
});
