import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { TLSSocket } from 'node:tls';
import { createAuthority } from '@switchboard/stack/authority';
import { openDatabase } from './open-database.ts';

/** Accepts TLS as Postgres does, and then refuses every user. */
async function listener(t: TestContext) {
  const authority = await createAuthority();
  const { certFile, keyFile } = await authority.issue('postgres');
  const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
  const seen: string[] = [];
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {});
    // The client asks first whether TLS is welcome.
    socket.once('data', () => {
      socket.write('S');
      const secured = new TLSSocket(socket, { isServer: true, cert, key });
      secured.on('error', () => {});
      secured.once('data', (startup) => {
        seen.push(startup.toString());
        const reason = Buffer.from('SFATAL\0C28000\0Mthis user may not\0\0');
        const length = Buffer.alloc(4);
        length.writeInt32BE(reason.length + 4);
        secured.end(Buffer.concat([Buffer.from('E'), length, reason]));
      });
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { seen, caFile: authority.caFile, url: `postgres://flows:secret@localhost:${port}/switchboard` };
}

describe('Postgres over TLS', () => {
  it('trusts the authority of sslrootcert, and no other', async (t) => {
    const { seen, caFile, url } = await listener(t);
    const trusting = await openDatabase({ url: `${url}?sslmode=verify-full&sslrootcert=${caFile}`, name: 'flows' });
    t.after(trusting.close);
    await assert.rejects(trusting.check(), /this user may not|postgres/);
    assert.match(seen.join(), /user\0flows\0database\0switchboard/);

    const stranger = await openDatabase({ url: `${url}?sslmode=verify-full`, name: 'flows' });
    t.after(stranger.close);
    await assert.rejects(stranger.check());
    assert.equal(seen.length, 1, 'no credentials reach a server that is not trusted');
  });
});
