import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { it } from 'node:test';

const require = createRequire(import.meta.url);
const Connection = require('kafkajs/src/network/connection');
const createSocketFactory = require('kafkajs/src/network/socketFactory');

it('kafkajs, as it is patched, adds no listener to a closed socket with each disconnect', async () => {
  const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const warnings: string[] = [];
  const warned = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', warned);
  const log = { debug() {}, error() {}, info() {}, warn() {} };
  const connection = new Connection({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    logger: { namespace: () => log },
    socketFactory: createSocketFactory(),
    connectionTimeout: 5_000,
    requestTimeout: 5_000,
    enforceRequestTimeout: false,
  });
  await connection.connect();
  connection.socket.destroy();
  for (let times = 0; times < 20; times += 1) await connection.disconnect();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warned);
  server.close();
  connection.socket.destroy();
  assert.deepEqual(warnings, []);
});
