import assert from 'node:assert/strict';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { it } from 'node:test';
import Fastify from 'fastify';
import { type ConnectionLimits, limitConnections, serverOptions } from './http-server.ts';

async function serve(t: { after(run: () => unknown): void }, limits: ConnectionLimits) {
  const http = Fastify(serverOptions);
  limitConnections(http, limits);
  http.get('/', async () => 'here');
  await http.listen({ host: '127.0.0.1', port: 0 });
  const sockets: Socket[] = [];
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await http.close();
  });
  const { port } = http.server.address() as AddressInfo;
  /** Opens a connection and asks once; false if the server hangs up instead. */
  return (localAddress: string): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress });
      sockets.push(socket);
      socket.on('data', () => resolve(true));
      socket.on('error', () => {});
      socket.on('close', () => resolve(false));
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    });
}

it('an address that has its share of the connections gets no more, and others do', async (t) => {
  const isAnswered = await serve(t, { mostPerAddress: 3 });
  for (let n = 0; n < 3; n += 1) assert.ok(await isAnswered('127.0.0.2'));
  assert.equal(await isAnswered('127.0.0.2'), false);
  assert.ok(await isAnswered('127.0.0.3'));
});

it('an address that many share is bounded by the number of all connections alone', async (t) => {
  const isAnswered = await serve(t, { most: 5, mostPerAddress: 1, isShared: (address) => address === '127.0.0.2' });
  for (let n = 0; n < 5; n += 1) assert.ok(await isAnswered('127.0.0.2'));
  assert.equal(await isAnswered('127.0.0.2'), false);
  assert.equal(await isAnswered('127.0.0.3'), false);
});
