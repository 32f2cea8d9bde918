import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Board, MOST_CARDS } from './board.ts';
import { openStream } from './stream.ts';

const FILES = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  '/page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
  '/card.js': { file: 'card.js', type: 'text/javascript; charset=utf-8' },
  '/icon.svg': { file: 'icon.svg', type: 'image/svg+xml' },
};

/** What strangers sent is shown here: only our own files may do anything. */
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

/** The page at `/`, and the stream that keeps it up to date. `closing` ends the stream. */
export function registerPage(http: FastifyInstance, board: Board, closing: AbortSignal): void {
  for (const [url, { file, type }] of Object.entries(FILES)) {
    const content = readFileSync(join(import.meta.dirname, 'page', file), 'utf8').replace('{MOST}', String(MOST_CARDS));
    http.get(url, (_request, reply) => reply.headers(HEADERS).type(type).send(content));
  }
  http.get('/live', (_request, reply) => {
    reply.hijack();
    openStream(reply.raw, board, closing);
  });
}
