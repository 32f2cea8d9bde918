import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { MOST_CARDS, MOST_REFUSALS } from './board.ts';
import { openStream, type StreamDeps } from './stream.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page displays untrusted input: only its own files may run, and nothing is loaded from elsewhere. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** Serves the page at `/`, the chat page at `/chat`, and the stream that keeps the first up to date. `closing` ends the stream. */
export function registerPage(http: FastifyInstance, deps: StreamDeps, closing: AbortSignal): void {
  serveFiles(http, 'page', (file) => (file === 'index.html' ? '/' : `/${file}`));
  serveFiles(http, 'page/chat', (file) => (file === 'index.html' ? '/chat' : `/chat-page/${file}`));
  http.get('/live', (_request, reply) => {
    reply.hijack();
    openStream(reply.raw, deps, closing);
  });
}

function serveFiles(http: FastifyInstance, folder: string, urlOf: (file: string) => string): void {
  const directory = join(import.meta.dirname, folder);
  for (const file of readdirSync(directory)) {
    const type = TYPES[extname(file)];
    if (type === undefined) continue;
    const content = readFileSync(join(directory, file), 'utf8')
      .replace('{MOST}', String(MOST_CARDS))
      .replace('{MOST_REFUSALS}', String(MOST_REFUSALS));
    http.get(urlOf(file), (_request, reply) => reply.headers(HEADERS).type(type).send(content));
  }
}
