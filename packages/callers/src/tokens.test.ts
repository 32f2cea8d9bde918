import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import { openTestCallers, requestOf } from '../fixtures/index.ts';

const ISSUER = 'https://id.example';
const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const own = pair();
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

const tokenOf = (claims: JWTPayload, key = own.privateKey) =>
  new SignJWT({ iss: ISSUER, aud: 'shop', exp: Math.floor(Date.now() / 1_000) + 300, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .sign(key);

const bearer = (token: string) => requestOf({ authorization: `Bearer ${token}` });

const entry = (more = '', name = 'storefront', audience = 'shop'): string =>
  `  - name: ${name}\n    tenant: acme\n    scopes: ["actions:*"]\n    jwt: { issuer: ${ISSUER}, audience: ${audience}, publicKeyFile: key.pem, claims: { email: email, userId: sub }${more} }\n`;

async function open(t: TestContext, text = entry()) {
  const { callers } = await openTestCallers(t, `callers:\n${text}`, { files: { 'key.pem': pem(own.publicKey) } });
  return async (claims: JWTPayload, key?: KeyObject) => callers.authenticate(bearer(await tokenOf(claims, key)));
}

describe('callers with a token', () => {
  it('are the person of its claims', async (t) => {
    const call = await open(t);
    assert.deepEqual(await call({ sub: 'u1', email: 'a@x.org', email_verified: true, role: 'admin' }), {
      kind: 'caller',
      key: 'jwt',
      caller: {
        kind: 'jwt',
        name: 'storefront',
        tenant: 'acme',
        scopes: ['actions:*'],
        person: { email: 'a@x.org', userId: 'u1' },
      },
    });
  });

  it('have the address only if the issuer has not called it unverified', async (t) => {
    const call = await open(t);
    const personOf = async (claims: JWTPayload) => {
      const found = await call(claims);
      return found.kind === 'caller' ? found.caller.person : found;
    };
    for (const unverified of [false, 'false'])
      assert.deepEqual(await personOf({ sub: 'u1', email: 'a@x.org', email_verified: unverified }), {
        email: undefined,
        userId: 'u1',
      });
    assert.equal(await personOf({ email: 'a@x.org', email_verified: false }), undefined);
    for (const email of ['no address', 'a@x.org\n', 7, ['a@x.org'], { a: 'b@c' }, '', `${'a'.repeat(300)}@x.org`])
      assert.equal(await personOf({ email }), undefined, String(email));
  });

  it('are refused with another key, issuer, audience, time or algorithm', async (t) => {
    const call = await open(t);
    const fault = async (claims: JWTPayload, key?: KeyObject) => {
      const found = await call(claims, key);
      return found.kind === 'refused' ? found.fault : found.kind;
    };
    assert.equal(await fault({ sub: 'u1' }, pair().privateKey), 'signature');
    assert.equal(await fault({ sub: 'u1', iss: 'https://other.example' }), 'unknown');
    assert.equal(await fault({ sub: 'u1', aud: 'other' }), 'signature');
    assert.equal(await fault({ sub: 'u1', exp: 1_000 }), 'expired');
    assert.equal(await fault({ sub: 'u1', exp: undefined } as unknown as JWTPayload), 'signature');
  });

  it('cannot choose how they are checked', async (t) => {
    const { callers } = await openTestCallers(t, `callers:\n${entry()}`, { files: { 'key.pem': pem(own.publicKey) } });
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = part({ iss: ISSUER, aud: 'shop', exp: Date.now() / 1_000 + 300, sub: 'u1' });
    const byPublicKey = await new SignJWT({ iss: ISSUER, aud: 'shop', exp: Date.now() / 1_000 + 300 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(pem(own.publicKey)));
    for (const token of [`${part({ alg: 'none' })}.${claims}.`, `${part({ alg: 'none' })}.${claims}.AA`, byPublicKey])
      assert.equal((await callers.authenticate(bearer(token))).kind, 'refused', token);
  });

  it('are told apart by audience, and take their tenant from a claim if the file names one', async (t) => {
    const call = await open(t, entry(', tenantClaim: org') + entry('', 'portal', 'portal'));
    assert.partialDeepStrictEqual(await call({ aud: 'portal' }), { caller: { name: 'portal', tenant: 'acme' } });
    assert.partialDeepStrictEqual(await call({ org: 'umbrella' }), {
      caller: { name: 'storefront', tenant: 'umbrella' },
    });
    for (const org of [undefined, 'a:b', '', ['acme']])
      assert.deepEqual(await call({ org }), { kind: 'refused', fault: 'form' });
  });

  it('are answered "unavailable" while the keys cannot be loaded, and keep them over a reload of the file', async (t) => {
    let isAway = true;
    let loads = 0;
    const keys = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'k1', alg: 'ES256' }] };
    const server = createServer((_request, response) => {
      loads += 1;
      response.writeHead(isAway ? 503 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(keys));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    let now = Date.now();
    const text = `callers: [{ name: a, tenant: t, scopes: [], jwt: { issuer: "${ISSUER}", audience: shop, jwksUrl: "${url}", algorithms: [ES256] } }]`;
    const { callers } = await openTestCallers(t, text, { now: () => now });
    const kind = async () => (await callers.authenticate(bearer(await tokenOf({ sub: 'u1' })))).kind;
    assert.equal(await kind(), 'unavailable');
    isAway = false;
    now += 11_000;
    assert.equal(await kind(), 'caller');
    isAway = true;
    await callers.reload();
    assert.equal(await kind(), 'caller');
    assert.equal(loads, 2);
  });
});
