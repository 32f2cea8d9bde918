import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { jwtVerify } from 'jose';
import { against, answering, GET } from '../fixtures/against.ts';
import { json, type Received, type Respond, startServer } from '../fixtures/server.ts';
import type { Auth } from './auth.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const claims = {
  issuer: 'client-1',
  subject: 'agent@example.com',
  audience: 'https://login.example.com',
  privateKey: pem,
};

async function headersFor(auth: Auth): Promise<Received['headers']> {
  let headers: Received['headers'] = {};
  await against(answering(200), { auth }, async (target, { received }) => {
    await target.request(GET);
    headers = received[0]?.headers ?? {};
  });
  return headers;
}

/** An issuer of tokens t1, t2, … */
const issuing = (lifetime?: unknown): { respond: Respond; issued: number } => {
  const issuer = {
    issued: 0,
    respond: ((response) => {
      issuer.issued += 1;
      json(response, 200, { access_token: `t${issuer.issued}`, token_type: 'Bearer', expires_in: lifetime });
    }) as Respond,
  };
  return issuer;
};

const clientCredentials = (tokenUrl: string): Auth => ({
  kind: 'client-credentials',
  tokenUrl: `${tokenUrl}/token`,
  clientId: 'client-1',
  clientSecret: 's3cret',
});

describe('fixed credentials', () => {
  it('are a header, a bearer token, or a user and a password', async () => {
    assert.equal((await headersFor({ kind: 'header', name: 'X-Api-Key', value: 'k' }))['x-api-key'], 'k');
    assert.equal((await headersFor({ kind: 'bearer', token: 't' })).authorization, 'Bearer t');
    assert.equal((await headersFor({ kind: 'basic', user: 'ü', password: 'p' })).authorization, 'Basic w7w6cA==');
  });
});

describe('a JWT', () => {
  it('is signed with RS256, lives five minutes, and is used again until it is nearly over', async () => {
    await against(answering(200), { auth: { kind: 'jwt', ...claims, keyId: 'k1' } }, async (target, { received }) => {
      await target.request(GET);
      await target.request(GET);
      const [first, second] = received.map(({ headers }) => headers.authorization?.replace('Bearer ', '') ?? '');
      assert.equal(first, second);
      const { payload, protectedHeader } = await jwtVerify(first ?? '', publicKey, { audience: claims.audience });
      assert.deepEqual(protectedHeader, { alg: 'RS256', typ: 'JWT', kid: 'k1' });
      assert.deepEqual([payload.iss, payload.sub], [claims.issuer, claims.subject]);
      assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 300);
    });
  });

  it('can be exchanged for a token', async () => {
    const issuer = issuing(3_600);
    await using tokens = await startServer(issuer.respond);
    const headers = await headersFor({ kind: 'jwt-bearer', tokenUrl: tokens.url, ...claims });
    assert.equal(headers.authorization, 'Bearer t1');
    const form = new URLSearchParams(tokens.received[0]?.body);
    assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
    await jwtVerify(form.get('assertion') ?? '', publicKey, { issuer: claims.issuer });
  });

  it('needs an RSA key, and says so at the start', async () => {
    const { privateKey: other } = generateKeyPairSync('ed25519');
    for (const key of ['', 'no key', other.export({ type: 'pkcs8', format: 'pem' }).toString()]) {
      const auth: Auth = { kind: 'jwt', ...claims, privateKey: key };
      await assert.rejects(headersFor(auth), { code: 'INVALID_OPTION', message: /RSA key/ });
    }
    await headersFor({ kind: 'jwt', ...claims, privateKey: pem.replaceAll('\n', '\\n') });
  });
});

describe('client credentials', () => {
  it('are exchanged once for a token that 50 requests at a time share', async () => {
    const issuer = issuing(3_600);
    const slow: Respond = (response, ...rest) => void setTimeout(() => issuer.respond(response, ...rest), 50);
    await using tokens = await startServer(slow);
    const auth = clientCredentials(tokens.url);
    await against(answering(200), { auth, concurrency: 50 }, async (target, { received }) => {
      await Promise.all(Array.from({ length: 50 }, () => target.request(GET)));
      await target.request(GET);
      assert.equal(issuer.issued, 1);
      assert.deepEqual(new Set(received.map(({ headers }) => headers.authorization)), new Set(['Bearer t1']));
      const form = Object.fromEntries(new URLSearchParams(tokens.received[0]?.body));
      assert.deepEqual(form, { grant_type: 'client_credentials', client_id: 'client-1', client_secret: 's3cret' });
    });
  });

  it('are exchanged again, once, when 50 requests are refused at a time, and no request is lost', async () => {
    const issuer = issuing(3_600);
    await using tokens = await startServer(issuer.respond);
    const onlyNew: Respond = (response, { headers }) =>
      json(response, headers.authorization === 'Bearer t1' ? 401 : 200, {});
    await against(onlyNew, { auth: clientCredentials(tokens.url), concurrency: 50 }, async (target) => {
      await Promise.all(Array.from({ length: 50 }, () => target.request({ ...GET, method: 'POST', body: { a: 1 } })));
      assert.equal(issuer.issued, 2);
    });
  });

  it('are exchanged once only for one request that is refused again', async () => {
    const issuer = issuing(3_600);
    await using tokens = await startServer(issuer.respond);
    await against(answering(401), { auth: clientCredentials(tokens.url) }, async (target, { received }) => {
      await assert.rejects(target.request(GET), { code: 'AUTHENTICATION_FAILED', retry: 'when-available' });
      assert.equal(received.length, 2);
      assert.equal(issuer.issued, 2);
    });
  });

  it('that the issuer refuses pause the service', async () => {
    for (const status of [400, 401, 403]) {
      await using tokens = await startServer(answering(status));
      await against(answering(200), { auth: clientCredentials(tokens.url) }, async (target, { received }) => {
        await assert.rejects(target.request(GET), { code: 'AUTHENTICATION_FAILED', status, retry: 'when-available' });
        assert.equal(received.length, 0);
      });
    }
  });

  it('wait for an issuer that is down as for the target itself', async () => {
    let up = false;
    const issuer = issuing(3_600);
    await using tokens = await startServer((response, request, socket) =>
      up ? issuer.respond(response, request, socket) : json(response, 503, {}, { 'retry-after': '2' }),
    );
    await against(answering(200), { auth: clientCredentials(tokens.url) }, async (target) => {
      await assert.rejects(target.request(GET), { code: 'RETRYABLE_STATUS', status: 503, retryAfterMs: 2_000 });
      for (let n = 0; n < 19; n += 1) await assert.rejects(target.request(GET));
      assert.throws(() => target.check(), { code: 'UNAVAILABLE' });
      up = true;
    });
    await against(answering(200), { auth: clientCredentials(tokens.url) }, async (target) => {
      assert.equal((await target.request(GET)).status, 200, 'a failure is not kept');
    });
  });

  it('need an answer that holds a token', async () => {
    for (const answer of ['{}', 'null', '<html>', '{"access_token":7}', '{"access_token":""}', '']) {
      await using tokens = await startServer((response) => void response.writeHead(200).end(answer));
      await against(answering(200), { auth: clientCredentials(tokens.url) }, async (target) => {
        await assert.rejects(target.request(GET), { code: 'BAD_RESPONSE', retry: undefined });
      });
    }
  });

  for (const status of [301, 404, 405, 410]) {
    it(`that are asked for where the answer is ${status} are a matter of configuration: no event dies of it`, async () => {
      await using tokens = await startServer(answering(status));
      await against(answering(200), { auth: clientCredentials(tokens.url) }, async (target) => {
        await assert.rejects(target.request(GET), { code: 'AUTHENTICATION_FAILED', retry: 'when-available' });
      });
    });
  }

  it('are not sent on by a redirect', async () => {
    await using elsewhere = await startServer(answering(200));
    await using tokens = await startServer(answering(307, { location: elsewhere.url }));
    await against(answering(200), { auth: clientCredentials(tokens.url) }, async (target) => {
      await assert.rejects(target.request(GET), { code: 'AUTHENTICATION_FAILED', retry: 'when-available' });
      assert.equal(elsewhere.received.length, 0);
    });
  });
});
