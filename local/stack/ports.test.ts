import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { freePort, isTaken } from './ports.ts';

test('a free port is not taken, and is given only once', async () => {
  const ports = await Promise.all(Array.from({ length: 500 }, freePort));
  assert.equal(new Set(ports).size, 500);
  assert.equal(await isTaken(ports[0] ?? 0), false);
});

for (const host of ['127.0.0.1', '0.0.0.0', '::']) {
  test(`a port that something listens on is taken (${host})`, async (t) => {
    const server = createServer().listen(0, host);
    t.after(() => server.close());
    await once(server, 'listening').catch(() => t.skip(`this machine cannot listen on ${host}`));
    if (server.listening) assert.equal(await isTaken((server.address() as AddressInfo).port), true);
  });
}
