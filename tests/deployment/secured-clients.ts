import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export interface TokenServer extends AsyncDisposable {
  readonly url: string;
  /** The bodies of the requests so far. */
  readonly asked: readonly string[];
}

/** Issues tokens without a signature, which the local broker accepts for tests. */
export async function startTokenServer(subject: string): Promise<TokenServer> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    asked.push(Buffer.concat(await request.toArray()).toString());
    const seconds = Math.floor(Date.now() / 1_000);
    const claims = { sub: subject, iat: seconds, exp: seconds + 3_600 };
    const token = `${base64url({ alg: 'none' })}.${base64url(claims)}.`;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ access_token: token, expires_in: 3_600, token_type: 'Bearer' }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    asked,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
