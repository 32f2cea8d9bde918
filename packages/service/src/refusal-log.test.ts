import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import { createLogger } from './logger.ts';
import { createRefusalLog } from './refusal-log.ts';

function open(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const lines: { source?: string; route?: string; reason: string; count: number }[] = [];
  const logger = createLogger('test', 'info', { write: (line: string) => lines.push(JSON.parse(line)) });
  const http = Fastify({ loggerInstance: logger as FastifyBaseLogger });
  const { refused } = createRefusalLog(http, 60_000);
  const shown = () => lines.splice(0).map(({ source, route, reason, count }) => [source ?? route, reason, count]);
  return { refused, shown, http, minute: () => t.mock.timers.tick(60_000) };
}

it('the first refusal of a kind is logged at once, the others as one count a minute', (t) => {
  const { refused, shown, minute } = open(t);
  for (let n = 0; n < 1_000; n += 1) refused({ source: 'shop' }, 'signature');
  refused({ source: 'shop' }, 'timestamp');
  refused({ route: '/v1/search' }, 'no_key');
  assert.deepEqual(shown(), [
    ['shop', 'signature', 1],
    ['shop', 'timestamp', 1],
    ['/v1/search', 'no_key', 1],
  ]);
  minute();
  assert.deepEqual(shown(), [['shop', 'signature', 999]]);
  refused({ source: 'shop' }, 'signature');
  assert.deepEqual(shown(), []);
  minute();
  assert.deepEqual(shown(), [['shop', 'signature', 1]]);
});

it('a kind that has come to an end is new when it comes back', (t) => {
  const { refused, shown, minute } = open(t);
  refused({ source: 'shop' }, 'signature');
  minute();
  shown();
  refused({ source: 'shop' }, 'signature');
  assert.deepEqual(shown(), [['shop', 'signature', 1]]);
});

it('what is counted is logged before the server is gone', async (t) => {
  const { refused, shown, http } = open(t);
  for (let n = 0; n < 3; n += 1) refused({ source: 'shop' }, 'signature');
  shown();
  await http.close();
  assert.deepEqual(shown(), [['shop', 'signature', 2]]);
});

it('any number of kinds takes a bounded number of lines', (t) => {
  const { refused, shown, minute } = open(t);
  for (let n = 0; n < 3_000; n += 1) refused({ source: `s-${n}` }, 'signature');
  assert.equal(shown().length, 1_001);
  minute();
  assert.deepEqual(shown(), [[undefined, 'signature', 1_999]]);
});
