import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { createLogger } from '@switchboard/service';
import { answering } from '../fixtures/against.ts';
import { json, type Respond, startServer } from '../fixtures/server.ts';
import type { Auth } from './auth.ts';
import { createGuardedTarget } from './guarded-target.ts';
import { createTarget } from './target.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const claims = { issuer: 'issuer', audience: 'audience', privateKey: pem };

/** Whatever must not be seen holds one of these, as it is or encoded. */
const CANARIES = [
  'canary',
  pem.slice(60, 90),
  pem.slice(400, 430),
  'eyJ',
  Buffer.from('canary').toString('base64').slice(0, 6),
];

function assertClean(what: string, text: string): void {
  for (const canary of CANARIES) assert.ok(!text.toLowerCase().includes(canary.toLowerCase()), `${what}: ${text}`);
}

/** Everything that could be logged of an error. */
const shown = (error: unknown): string => {
  const parts = [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), String(error)];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    parts.push(cause.message, JSON.stringify(cause), JSON.stringify(Object.getOwnPropertyDescriptors(cause)));
  }
  // The stack names this file's folder and functions, nothing of a request.
  return parts.join('\n');
};

const failures: Record<string, Respond> = {
  'a refusal': answering(422),
  'bad credentials': answering(401),
  'a failure': answering(500),
  'a redirect': answering(302, { location: 'http://user:canary@example.com/?token=canary' }),
  'malformed JSON': (response) => void response.end('canary { "token": "canary" '),
  'malformed JSON of a failure': (response) => void response.writeHead(500).end('{"canary"'),
  'a body that echoes': (response, request) => json(response, 400, { echo: request }),
  'a dropped connection': (_, __, socket) => void socket.destroy(),
  'a dropped answer': (response, _, socket) => void response.writeHead(200).write('canary', () => socket.destroy()),
  'no HTTP': (_, __, socket) => void socket.end('canary canary\r\n\r\n'),
  'no answer': () => {},
  'too much': (response) => void response.end('canary'.repeat(100_000)),
  'a wrong encoding': (response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('canary'),
};

const auths = (tokenUrl: string): Auth[] => [
  { kind: 'header', name: 'x-api-key', value: 'canary-key' },
  { kind: 'bearer', token: 'canary-token' },
  { kind: 'basic', user: 'agent', password: 'canary-password' },
  { kind: 'client-credentials', tokenUrl, clientId: 'client', clientSecret: 'canary-secret', scope: 'canary' },
  { kind: 'jwt-bearer', tokenUrl, ...claims },
  { kind: 'jwt', ...claims },
];

describe('no secret and nothing of an event is in', () => {
  for (const [what, respond] of Object.entries(failures)) {
    it(`the error and the log after ${what}`, async () => {
      const lines: string[] = [];
      const logger = createLogger('test', 'trace', { write: (line) => void lines.push(line) });
      await using server = await startServer(respond);
      await using issuer = await startServer((response) => json(response, 200, { access_token: 'canary-issued' }));
      // The same failure at the target, and at the issuer of its token.
      for (const tokenUrl of [issuer.url, server.url]) {
        for (const auth of auths(tokenUrl)) {
          const options = { name: 'crm', baseUrl: server.url, auth, timeoutMs: 100, maxResponseBytes: 10_000, logger };
          const target = createTarget({ ...options, headers: { 'x-other': 'canary' } });
          for (let n = 0; n < (what === 'a failure' ? 22 : 1); n += 1) {
            const error = await target
              .request({
                method: 'POST',
                path: `/contacts/${encodeURIComponent('canary@example.com')}/4711canary`,
                query: { email: 'canary@example.com' },
                headers: { 'idempotency-key': 'canary' },
                body: { email: 'canary@example.com' },
              })
              .then(
                () => assert.fail('it should fail'),
                (error) => error,
              );
            assertClean(`${auth.kind}, ${what}`, shown(error));
          }
          await target.close();
        }
      }
      assertClean('log', lines.join(''));
    });
  }

  it('the error for a URL of a user, whose path is a secret', async () => {
    await using server = await startServer(answering(500));
    const target = createGuardedTarget({
      name: 'webhook',
      logger: createLogger('test', 'silent'),
      allow: ['127.0.0.1'],
    });
    const urls = [
      `${server.url}/services/canary?token=canary`,
      'http://canary:canary@',
      'canary://x',
      'http://127.0.0.2/canary',
    ];
    for (const url of urls) {
      const error = await target.request({ method: 'POST', url }).catch((error) => error);
      assertClean(url, shown(error));
    }
    await target.close();
  });

  it('the error for options that cannot be used', () => {
    const logger = createLogger('test', 'silent');
    const tries = [
      { baseUrl: 'https://user:canary@example.com' },
      { baseUrl: 'canary' },
      { baseUrl: 'https://example.com/?key=canary' },
      { baseUrl: 'https://example.com', auth: { kind: 'jwt', ...claims, privateKey: 'canary' } as const },
      {
        baseUrl: 'https://example.com',
        auth: { kind: 'client-credentials', tokenUrl: 'canary', clientId: 'a', clientSecret: 'canary' } as const,
      },
      { baseUrl: 'https://example.com', auth: { kind: 'header', name: 'x', value: 'canary\r\n' } as const },
    ];
    for (const options of tries) {
      assert.throws(
        () => createTarget({ name: 'crm', logger, ...options }),
        (error: Error & { code: string }) => {
          assert.equal(error.code, 'INVALID_OPTION');
          assertClean('option', shown(error));
          return true;
        },
      );
    }
  });
});
