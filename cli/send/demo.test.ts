import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import { startSandbox } from '@switchboard/sandbox';
import { playDemo } from './demo.ts';

it("tells of the chat page, and pays for an order that its shop has, in Jane's name", async (t) => {
  await using sandbox = await startSandbox();
  const sent: { event_type?: string; payload: { orderId: string; userId: string } }[] = [];
  const ingest = createServer(async (request, response) => {
    let body = '';
    for await (const bytes of request) body += bytes;
    sent.push(JSON.parse(body));
    response.end('{"received":true}');
  });
  await new Promise<void>((resolve) => ingest.listen(0, '127.0.0.1', resolve));
  t.after(() => ingest.close());
  const lines: string[] = [];
  await playDemo({
    url: `http://127.0.0.1:${(ingest.address() as AddressInfo).port}`,
    sandboxUrl: sandbox.url,
    secret: 'of this test',
    pauseMs: 0,
    say: (line) => lines.push(line),
  });
  assert.equal(lines.filter((line) => line.includes(`${sandbox.url}/chat`)).length, 2);
  const asked = lines.findIndex((line) => line.includes('Is my subscription still active?'));
  assert.match(lines[asked + 1] ?? '', /^ {3}the bot: \S/);
  const joined = sent.filter(({ event_type: type = '' }) => /^(payment|inventory)/.test(type));
  assert.deepEqual(
    joined.map(({ event_type: type, payload }) => [type, payload.userId]),
    [
      ['payment.confirmed', 'user-jane'],
      ['inventory.reserved', 'user-jane'],
    ],
  );
  assert.equal(new Set(joined.map(({ payload }) => payload.orderId)).size, 1);
  const [placed] = sandbox.effects('shop');
  assert.partialDeepStrictEqual(placed, {
    status: 201,
    body: { orderId: joined[0]?.payload.orderId, customerEmail: 'jane@shop.example' },
  });
});
