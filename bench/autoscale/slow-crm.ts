import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A CRM that takes its time for each request, however many there are. */
export async function startSlowCrm(latencyMs: number): Promise<Disposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    request
      .resume()
      .once('end', () =>
        setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'), latencyMs),
      );
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
