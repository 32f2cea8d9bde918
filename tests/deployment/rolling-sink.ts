import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands in for a CRM, a helpdesk and Slack. */
export interface RollingSink {
  readonly url: string;
  /** How often each effect took place, by its kind, its conversation and its idempotency key. */
  readonly effects: ReadonlyMap<string, number>;
  close(): void;
}

const KIND_OF: Readonly<Record<string, string>> = {
  '/notes': 'note',
  '/tickets': 'ticket',
  '/api/chat.postMessage': 'message',
};

export async function startRollingSink(): Promise<RollingSink> {
  const effects = new Map<string, number>();

  const server = createServer(async (request, response) => {
    const kind = KIND_OF[request.url ?? ''];
    const body = await bodyOf(request);
    if (kind !== undefined) {
      const [conversation] = /rolling-\d+/.exec(body) ?? [];
      const effect = `${kind} ${conversation} ${request.headers['idempotency-key'] ?? ''}`;
      effects.set(effect, (effects.get(effect) ?? 0) + 1);
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, id: `t-${effects.size}`, status: 'open', ts: '1.1', channel: 'C1' }));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    effects,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}
