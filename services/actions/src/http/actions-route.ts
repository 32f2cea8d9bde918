import type { Authentication, Caller } from '@switchboard/callers';
import { answerError, createRefusalLog, sendProblem, sendUnauthorized } from '@switchboard/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Runner } from '../run/runner.ts';
import { readLocales, waitSeconds } from './prefer.ts';
import { readRequest } from './read-request.ts';
import { RUNS_ROUTE, sendAnswer } from './send-answer.ts';

export interface ActionsRouteDeps {
  runner: Runner;
  authenticate(request: {
    method: string;
    url: string;
    headers: FastifyRequest['headers'];
    body: Buffer;
  }): Promise<Authentication>;
}

export const ACTION_ROUTE = '/v1/actions/:name';
const LIST_ROUTE = '/v1/actions';
const MOST_BYTES = 65_536;
/** Visible ASCII, as a header has it. */
const KEY = /^[!-~]{1,255}$/;

/** Adds the routes of actions and runs; errors are problems as in RFC 9457. */
export function registerActions(http: FastifyInstance, { runner, authenticate }: ActionsRouteDeps): void {
  const refusals = createRefusalLog(http);

  async function callerOf(request: FastifyRequest, reply: FastifyReply): Promise<Caller | undefined> {
    const { method, url, headers } = request;
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const found = await authenticate({ method, url, headers, body });
    if (found.kind === 'caller') return found.caller;
    if (found.kind === 'unavailable') {
      sendProblem(
        reply.header('retry-after', '5'),
        'UNAVAILABLE',
        'The keys of the caller cannot be loaded. Try again later.',
      );
      return undefined;
    }
    refusals.refused({ route: request.routeOptions.url ?? LIST_ROUTE }, found.fault);
    sendUnauthorized(reply);
    return undefined;
  }

  http.register(async (scope) => {
    scope.setErrorHandler(answerError);
    // Signatures are over the bytes.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

    scope.post<{ Params: { name: string } }>(ACTION_ROUTE, { bodyLimit: MOST_BYTES }, async (request, reply) => {
      const caller = await callerOf(request, reply);
      if (caller === undefined) return reply;
      const { headers } = request;
      const read = readRequest(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0), caller);
      if (!read.ok) return sendProblem(reply, read.code, read.detail);
      const idempotencyKey = headers['idempotency-key'];
      if (idempotencyKey !== undefined && (typeof idempotencyKey !== 'string' || !KEY.test(idempotencyKey))) {
        return sendProblem(reply, 'INVALID_REQUEST', 'Idempotency-Key has at most 255 visible ASCII characters.');
      }
      const seconds = waitSeconds([headers.prefer].flat().join());
      const { input, conversationId, confirm } = read;
      const answer = await runner.run(request.params.name, caller, input, {
        ...{ conversationId, confirm, idempotencyKey },
        locales: readLocales(headers['accept-language']),
        waitMs: seconds === undefined ? undefined : seconds * 1_000,
      });
      return sendAnswer(reply, answer);
    });

    scope.get<{ Params: { id: string } }>(RUNS_ROUTE, async (request, reply) => {
      const caller = await callerOf(request, reply);
      if (caller === undefined) return reply;
      const locales = readLocales(request.headers['accept-language']);
      return sendAnswer(reply, await runner.find(request.params.id, caller, { locales }));
    });

    scope.get(LIST_ROUTE, async (request, reply) => {
      const caller = await callerOf(request, reply);
      if (caller === undefined) return reply;
      return reply.header('cache-control', 'no-store').send({ actions: runner.actionsFor(caller) });
    });
  });
}
