import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import Fastify from 'fastify';
import type { EventLine } from './event-log.ts';
import { watchAccess } from './watch-access.ts';

function openScope(perSecond: number) {
  const lines: EventLine[] = [];
  const accessLog = { takes: () => false, write: (_: string, line: EventLine) => void lines.push(line), flush() {} };
  const http = Fastify();
  http.register(async (scope) => {
    watchAccess(scope, { perSecond, accessLog }, ({ headers }) =>
      headers.authorization === undefined ? undefined : { tenant: headers.authorization, caller: 'main' },
    );
    scope.get('/v1/people/:id', async ({ headers }, reply) =>
      headers.authorization === undefined ? reply.code(401).send() : { held: true },
    );
  });
  const ask = (holder?: string) =>
    http.inject({
      url: '/v1/people/jane@x.example',
      headers: holder === undefined ? {} : { authorization: holder },
    });
  return { ask, lines };
}

it('each holder of a key may ask so often, and twice as often at once', async () => {
  const { ask } = openScope(1);
  const statuses = async (holder: string): Promise<number[]> =>
    [await ask(holder), await ask(holder), await ask(holder)].map(({ statusCode }) => statusCode);
  assert.deepEqual(await statuses('acme'), [200, 200, 429]);
  assert.deepEqual(await statuses('other'), [200, 200, 429]);
  const refused = await ask('acme');
  assert.equal(refused.headers['retry-after'], '1');
  assert.equal(refused.json().code, 'TOO_MANY_REQUESTS');
});

it('each request of a holder is written down, refused ones too, with a digest instead of ids', async () => {
  const { ask, lines } = openScope(1);
  for (const holder of [undefined, 'acme', 'acme', 'acme']) await ask(holder);
  const about = createHash('sha256').update('jane@x.example').digest('hex').slice(0, 16);
  const asked = { method: 'GET', route: '/v1/people/:id', tenant: 'acme', caller: 'main', about };
  assert.deepEqual(
    lines.map(({ ms: _, ...line }) => line),
    [
      { ...asked, status: 200 },
      { ...asked, status: 200 },
      { ...asked, status: 429 },
    ],
  );
  assert.doesNotMatch(JSON.stringify(lines), /jane/);
});
