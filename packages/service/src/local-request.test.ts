import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { it } from 'node:test';
import { isLocal } from './local-request.ts';

const request = (remoteAddress: string | undefined, headers: Record<string, string>) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;

it('a program on this machine is local', () => {
  for (const address of ['127.0.0.1', '127.0.3.4', '::1', '::ffff:127.0.0.1']) {
    for (const host of ['localhost', 'LOCALHOST:8080', '127.0.0.1:8080', '[::1]:8080', '[::1]']) {
      assert.ok(isLocal(request(address, { host })), `${address} ${host}`);
    }
  }
});

it('another machine is not, nor whom a proxy asks for, nor a page whose name points here', () => {
  for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '::2', '1127.0.0.1', '', undefined]) {
    assert.ok(!isLocal(request(address, { host: 'localhost' })), address);
  }
  for (const name of ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via']) {
    assert.ok(!isLocal(request('127.0.0.1', { host: 'localhost', [name]: 'x' })), name);
  }
  for (const host of ['example.com', 'localhost.example.com', '127.0.0.1.nip.io', 'localhost:x', '[::1].example', '']) {
    assert.ok(!isLocal(request('127.0.0.1', { host })), host);
  }
  assert.ok(!isLocal(request('127.0.0.1', {})));
});
