import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerTo, type Refusal } from './http/refusals.ts';
import type { SenderOf } from './http/sender.ts';

interface Served {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
}

const folder = new URL('../catalogue/', import.meta.url);

const HEADERS = {
  'cache-control': 'public, max-age=300',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

const hash = (text: string | Buffer): string => createHash('sha256').update(text).digest('base64');

function read(file: string, type: string, headers: Readonly<Record<string, string>> = {}): Served {
  const body = readFileSync(new URL(file, folder));
  return { type, body, etag: `"${hash(body).slice(0, 27)}"`, headers: { ...HEADERS, ...headers } };
}

/** The page loads nothing and runs nothing; its only style sheet is allowed by its hash. */
function readPage(headers: Readonly<Record<string, string>>): Served {
  const page = read('index.html', 'text/html; charset=utf-8');
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page.body.toString()) ?? [];
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${hash(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return { ...page, headers: { ...page.headers, ...headers, 'content-security-policy': policy } };
}

/**
 * Adds `GET /openapi.json`, `/asyncapi.json` and `/catalogue`, which everyone may read. They hold nothing of the
 * configuration.
 */
export function registerCatalogue(http: FastifyInstance, senderOf: SenderOf): void {
  function serve(url: string, choose: (request: FastifyRequest) => Served): void {
    http.get(url, (request, reply) => {
      const from = senderOf(request.raw);
      if ('reason' in from) return refuse(reply, from);
      const { type, body, etag, headers } = choose(request);
      reply.headers(headers).header('etag', etag);
      const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
      return known?.some((tag) => tag === etag || tag === '*') ? reply.code(304).send() : reply.type(type).send(body);
    });
  }

  const json = 'application/json; charset=utf-8';
  const negotiated = { vary: 'accept' };
  const openapi = read('openapi.json', json);
  const asyncapi = read('asyncapi.json', json);
  const catalogue = read('catalogue.json', json, negotiated);
  const page = readPage(negotiated);
  serve('/openapi.json', () => openapi);
  serve('/asyncapi.json', () => asyncapi);
  serve('/catalogue', ({ headers }) => (prefersHtml(headers.accept) ? page : catalogue));
}

function refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, body, retryAfterSeconds } = answerTo(refusal);
  return reply.code(status).header('retry-after', retryAfterSeconds).send(body);
}

/** Only a client that names HTML gets the page: programs accept anything. */
function prefersHtml(accept = ''): boolean {
  const qualities = new Map(
    accept.split(',', 50).map((range) => {
      const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return [name, quality === undefined ? 1 : Number(quality) || 0];
    }),
  );
  const html = qualities.get('text/html') ?? 0;
  return html > 0 && html >= (qualities.get('application/json') ?? 0);
}
