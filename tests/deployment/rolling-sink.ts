import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands in for a CRM, a helpdesk and Slack. */
export interface RollingSink {
  readonly url: string;
  /** How often each effect was requested, by its kind, its conversation and its idempotency key. */
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
  /** What Slack shows to a sender that asks whether its message has arrived, the newest first. */
  const messages: object[] = [];
  const history = ({ limit = 100, cursor = '0' }: { limit?: number; cursor?: string }): object => {
    const next = Number(cursor) + limit;
    const page = messages.slice(Math.max(messages.length - next, 0), messages.length - Number(cursor)).reverse();
    return { messages: page, response_metadata: { next_cursor: next < messages.length ? String(next) : '' } };
  };

  const server = createServer(async (request, response) => {
    const kind = KIND_OF[request.url ?? ''];
    const body = await bodyOf(request);
    if (kind !== undefined) {
      const [conversation] = /rolling-\d+/.exec(body) ?? [];
      const effect = `${kind} ${conversation} ${request.headers['idempotency-key'] ?? ''}`;
      effects.set(effect, (effects.get(effect) ?? 0) + 1);
    }
    const ts = `1.${messages.length + 1}`;
    if (kind === 'message') messages.push({ ts, ...(JSON.parse(body) as object) });
    const found = request.url?.startsWith('/api/conversations.history') ? history(JSON.parse(body)) : {};
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, id: `t-${effects.size}`, status: 'open', ts, channel: 'C1', ...found }));
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
