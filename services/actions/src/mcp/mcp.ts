import { hostHeaderValidation, originValidation } from '@modelcontextprotocol/fastify';
import { createMcpHandler, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { authenticateRoutes, type Caller, type Callers, callerOf } from '@switchboard/callers';
import { createRefusalLog } from '@switchboard/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readLocales } from '../http/prefer.ts';
import { createMcpServer, type McpServerDeps } from './mcp-server.ts';
import { metadataUrlOf, registerResourceMetadata } from './resource-metadata.ts';

export interface McpDeps extends McpServerDeps {
  readonly callers: Pick<Callers, 'authenticate' | 'issuers'>;
  /** Where clients reach `POST /mcp`. Set, it publishes who issues tokens. */
  readonly url?: string | undefined;
  /** The names that this service is called by, without ports: other Host headers are DNS rebinding. */
  readonly hosts: readonly string[];
  /** The names of the pages that may call from a browser. */
  readonly origins: readonly string[];
}

export const MCP_ROUTE = '/mcp';
const MOST_BYTES = 65_536;

/** Adds `POST /mcp`: the actions as tools and the caller's context as a resource. Keeps nothing between requests. */
export function registerMcp(http: FastifyInstance, { callers, url, hosts, origins, ...deps }: McpDeps): void {
  const { logger } = deps;
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const asked = authInfo?.extra as Asked | undefined;
      if (asked === undefined) throw new Error('the route has not authenticated the request');
      return createMcpServer(asked.caller, asked.locales, deps);
    },
    {
      // Mistakes of clients; their messages may quote the request.
      onerror: ({ name }) => logger.debug({ name }, 'an MCP request was refused'),
      maxRequestBodySize: MOST_BYTES,
    },
  );
  http.addHook('onClose', handler.close);
  const refusals = createRefusalLog(http);
  if (url !== undefined) registerResourceMetadata(http, { resource: url, callers });

  http.register(async (scope) => {
    scope.addHook('onRequest', hostHeaderValidation([...hosts]));
    scope.addHook('onRequest', originValidation([...origins]));
    // A signed body would name its customer beside the message, where a model could write it.
    authenticateRoutes(scope, {
      callers: { authenticate: callers.authenticate, hasSignature: () => false },
      refusals,
      metadataUrl: url === undefined ? undefined : metadataUrlOf(url),
    });
    // What is no JSON is answered as JSON-RPC does.
    scope.removeContentTypeParser('application/json');
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));

    scope.post<{ Body: string }>(MCP_ROUTE, { bodyLimit: MOST_BYTES }, async (request, reply) => {
      const message = parse(request.body);
      if (message === undefined) return refuse(reply, ProtocolErrorCode.ParseError, 'The body is not JSON');
      if (Array.isArray(message))
        return refuse(reply, ProtocolErrorCode.InvalidRequest, 'Send one message per request');
      const extra: Asked = {
        caller: callerOf(request),
        locales: readLocales(request.headers['accept-language']),
      };
      const authInfo = { token: '', clientId: extra.caller.name, scopes: [], extra: { ...extra } };
      const answer = await handler.fetch(webRequest(request, reply), { parsedBody: message, authInfo });
      return reply.header('cache-control', 'no-store').send(answer);
    });
  });
}

interface Asked {
  readonly caller: Caller;
  readonly locales: readonly string[];
}

function parse(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return undefined;
  }
}

const refuse = (reply: FastifyReply, code: number, message: string): FastifyReply =>
  reply.code(400).send({ jsonrpc: '2.0', error: { code, message }, id: null });

/** The request for the SDK, without its body and the credentials. */
function webRequest({ headers, url }: FastifyRequest, reply: FastifyReply): Request {
  const left = new AbortController();
  reply.raw.once('close', () => left.abort());
  const own = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || OURS.has(name) ? [] : [[name, [value].flat().join(', ')] as [string, string]],
  );
  return new Request(`http://${headers.host}${url}`, { method: 'POST', headers: own, signal: left.signal });
}

const OURS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'content-length', 'transfer-encoding']);
