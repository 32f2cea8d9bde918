import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { closedLoop } from './closed-loop.ts';
import { openLoop } from './open-loop.ts';
import { sendOnSchedule } from './schedule.ts';
import { createWebhooks } from './webhooks.ts';

const SECRET = 'canary-secret';
const ACCEPTED = '{"received":true}';

/** A server that answers webhooks with the given function and serves its metrics; records the bodies received. */
async function startServer(t: TestContext, answer: (body: string) => string) {
  const bodies: string[] = [];
  const listener: RequestListener = async (request, response) => {
    if (request.url === '/metrics') {
      response.end(
        'process_cpu_user_seconds_total{service="x"} 1\nprocess_cpu_system_seconds_total 1\nprocess_resident_memory_bytes 1\n',
      );
      return;
    }
    const body = (await request.setEncoding('utf8').toArray()).join('');
    assert.equal(request.headers['x-webhook-signature'], createHmac('sha256', SECRET).update(body).digest('hex'));
    bodies.push(body);
    response.end(answer(body));
  };
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, bodies };
}

const closed = { connections: 4, warmUpSeconds: 0.05, seconds: 1 };

suite('the load', () => {
  test('counts every acceptance once, and sends no event twice', async (t) => {
    const { port, bodies } = await startServer(t, () => ACCEPTED);
    const webhooks = createWebhooks({ secret: SECRET, run: 'a' });
    webhooks.prepare(10);
    const { accepted, acceptedPerSecond } = await closedLoop({ port, ...closed }, webhooks);
    assert.equal(accepted, bodies.length);
    assert.equal(new Set(bodies).size, bodies.length);
    assert.ok(bodies.length >= 4 && acceptedPerSecond > 0);
    assert.ok((bodies[0]?.length ?? 0) > 1_000);
  });

  for (const answer of ['{"received":true,"duplicate":true}', '{"skipped":true}', '{"error":"no"}']) {
    test(`does not count ${answer} as an acceptance`, async (t) => {
      const { port } = await startServer(t, () => answer);
      const webhooks = createWebhooks({ secret: SECRET, run: 'a' });
      await assert.rejects(closedLoop({ port, ...closed }, webhooks), { message: `The server answered 200 ${answer}` });
    });
  }

  test('sends as many as scheduled, however few connections there are', async (t) => {
    const { port, bodies } = await startServer(t, () => ACCEPTED);
    const webhooks = createWebhooks({ secret: SECRET, run: 'a' });
    const schedule = { rate: 200, warmUpSeconds: 0.1, seconds: 0.4 };
    const { accepted, p50, p99 } = await openLoop({ port, connections: 2, ...schedule }, webhooks);
    assert.equal(accepted, 100);
    assert.equal(bodies.length, 100);
    assert.ok(p50 > 0 && p99 >= p50);
  });
});

test('a stall counts for every request that was due during it', async () => {
  let calls = 0;
  const STALL_MS = 300;
  const { p50, most } = await sendOnSchedule({ rate: 100, warmUpSeconds: 0, seconds: 0.3 }, async () => {
    calls += 1;
    if (calls > 1) return;
    for (const until = performance.now() + STALL_MS; performance.now() < until; );
  });
  assert.equal(calls, 30);
  assert.ok(most >= STALL_MS, `${most} ms`);
  // Sent at once after the stall; measured from the send, they would have taken no time.
  assert.ok(p50 >= STALL_MS / 3, `${p50} ms`);
});
