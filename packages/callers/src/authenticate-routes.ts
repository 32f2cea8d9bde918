import { type Access, type RefusalLog, sendProblem, watchAccess } from '@switchboard/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authentication, CallerRequest } from './authenticate.ts';
import type { Caller } from './caller.ts';
import type { Callers } from './open-callers.ts';
import { allows } from './scopes.ts';

interface Options {
  readonly callers: Pick<Callers, 'authenticate' | 'hasSignature'>;
  readonly refusals: RefusalLog;
  /** Where a client without a token learns who issues one (RFC 9728). */
  readonly metadataUrl?: string | undefined;
  /** Limits what a caller may ask, and writes down what it has asked. Default: neither. */
  readonly access?: Access | undefined;
}

const NO_BODY = Buffer.alloc(0);

/**
 * Makes every route of this scope answer only to callers of the file: others get 401 or 503 before their body is
 * read, or when a signed body has arrived. Register it in a scope of its own, before its routes.
 */
export function authenticateRoutes(http: FastifyInstance, { callers, refusals, metadataUrl, access }: Options): void {
  http.decorateRequest('caller', null);
  http.decorateRequest('rawBody', null);
  const parseJson = http.getDefaultJsonParser('error', 'error');
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    request.setDecorator('rawBody', body);
    parseJson(request, body.toString(), done);
  });

  async function admit(
    request: FastifyRequest,
    reply: FastifyReply,
    { headers, body }: Pick<CallerRequest, 'headers' | 'body'>,
  ): Promise<unknown> {
    const { method, url } = request;
    const found = await callers.authenticate({ method, url, headers, body });
    if (found.kind !== 'caller') return refuse(found, request, reply);
    request.setDecorator('caller', found.caller);
    return undefined;
  }

  function refuse(found: Exclude<Authentication, { kind: 'caller' }>, request: FastifyRequest, reply: FastifyReply) {
    if (found.kind === 'unavailable') {
      const detail = 'The keys that verify the token cannot be loaded now. Try again later.';
      return sendProblem(reply.header('retry-after', '5'), 'UNAVAILABLE', detail);
    }
    refusals.refused({ route: request.routeOptions.url ?? 'unknown' }, found.fault);
    const hints = [
      ...(found.fault === 'missing' ? [] : ['error="invalid_token"']),
      ...(metadataUrl === undefined ? [] : [`resource_metadata="${metadataUrl}"`]),
    ];
    return sendProblem(
      reply.header('www-authenticate', `Bearer ${hints.join(', ')}`.trim()),
      'UNAUTHORIZED',
      'Send a valid API key or token as a bearer token, or sign the body.',
    );
  }

  http.addHook('onRequest', async (request, reply) => {
    const { authorization } = request.headers;
    if (authorization === undefined && callers.hasSignature(request.headers)) return undefined;
    // Without the signature, which has not been compared with the body.
    return admit(request, reply, { headers: { authorization }, body: NO_BODY });
  });
  // Asks for the caller, not for the signature again: the file may have changed since.
  http.addHook('preValidation', async (request, reply) => {
    if (request.getDecorator<Caller | null>('caller') !== null) return undefined;
    const body = request.getDecorator<Buffer | null>('rawBody');
    // A body that another parser has read was signed as other bytes.
    if (body === null && request.body !== undefined) return refuse({ kind: 'refused', fault: 'body' }, request, reply);
    return admit(request, reply, { headers: request.headers, body: body ?? NO_BODY });
  });
  if (access === undefined) return;
  watchAccess(http, access, (request) => {
    const caller = request.getDecorator<Caller | null>('caller');
    return caller === null ? undefined : { tenant: caller.tenant, caller: caller.name };
  });
}

/** Who calls a route of a scope with `authenticateRoutes`. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = request.getDecorator<Caller | null>('caller');
  if (caller === null) throw new Error('the route is outside of the scope that authenticates');
  return caller;
}

/** A preHandler: answers 403 unless the caller has the scope. */
export const requireScope =
  (scope: string | ((request: FastifyRequest) => string)) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const needed = typeof scope === 'string' ? scope : scope(request);
    return allows(callerOf(request), needed) ? undefined : sendForbidden(reply, needed);
  };

export const sendForbidden = (reply: FastifyReply, scope: string): FastifyReply =>
  sendProblem(reply, 'FORBIDDEN', `This needs the scope ${scope}. Ask the operator for it.`);
