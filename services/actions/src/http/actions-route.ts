import {
  actingFor,
  authenticateRoutes,
  type Caller,
  type Callers,
  callerOf,
  mayActFor,
  personIn,
  requireScope,
  sendForbidden,
} from '@switchboard/callers';
import { createRefusalLog, sendProblem } from '@switchboard/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Runner } from '../run/runner.ts';
import { readLocales, waitSeconds } from './prefer.ts';
import { isIdempotencyKey, readRequest } from './read-request.ts';
import { RUNS_ROUTE, sendAnswer } from './send-answer.ts';

export interface ActionsRouteDeps {
  runner: Runner;
  callers: Pick<Callers, 'authenticate' | 'hasSignature'>;
}

export const ACTION_ROUTE = '/v1/actions/:name';
export const ERASE_ROUTE = '/v1/actions/runs/erase';
export const LIST_ROUTE = '/v1/actions';
const MOST_BYTES = 65_536;

/** Adds the routes of actions and runs; errors are problems as in RFC 9457. */
export function registerActions(http: FastifyInstance, { runner, callers }: ActionsRouteDeps): void {
  const refusals = createRefusalLog(http);

  http.register(async (scope) => {
    authenticateRoutes(scope, { callers, refusals });

    scope.post<{ Params: { name: string } }>(ACTION_ROUTE, { bodyLimit: MOST_BYTES }, async (request, reply) => {
      const { headers } = request;
      const read = readRequest(request.body, callerOf(request));
      if (!read.ok) return sendProblem(reply, read.code, read.detail);
      const caller = personCaller(callerOf(request), read.actsFor, reply);
      if (caller === undefined) return reply;
      const idempotencyKey = headers['idempotency-key'];
      if (idempotencyKey !== undefined && !isIdempotencyKey(idempotencyKey)) {
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

    const find = async (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply) => {
      const locales = readLocales(request.headers['accept-language']);
      const { for: actsFor } = (request.body ?? {}) as { for?: unknown };
      const own = callerOf(request);
      const caller = own.kind === 'api-key' ? personCaller(own, actsFor, reply) : own;
      if (caller === undefined) return reply;
      return sendAnswer(reply, await runner.find(request.params.id, caller, { locales }));
    };
    scope.get(RUNS_ROUTE, find);
    // For callers that sign a body, which a GET has not.
    scope.post(RUNS_ROUTE, { bodyLimit: MOST_BYTES }, find);

    scope.post(
      ERASE_ROUTE,
      { bodyLimit: MOST_BYTES, preHandler: requireScope('context:erase') },
      async (request, reply) => {
        const { kind, tenant, person: own } = callerOf(request);
        const person = kind === 'api-key' ? personIn(request.body) : own;
        if (person === undefined)
          return sendProblem(reply, 'INVALID_FIELDS', 'Name a person by `email`, `userId` or both.');
        return reply.header('cache-control', 'no-store').send({ runs: await runner.erase(tenant, person) });
      },
    );

    scope.get(LIST_ROUTE, (request, reply) =>
      reply.header('cache-control', 'no-store').send({ actions: runner.actionsFor(callerOf(request)) }),
    );
  });
}

/** The caller as it acts for a person, if it says so. Undefined once it has been answered that it may not. */
function personCaller(caller: Caller, actsFor: unknown, reply: FastifyReply): Caller | undefined {
  if (actsFor === undefined) return caller;
  const acting = actingFor(caller, actsFor);
  if (acting !== undefined) return acting;
  if (!mayActFor(caller)) sendForbidden(reply, 'act-for');
  else
    sendProblem(reply, 'INVALID_FIELDS', '`for` names a person by `email`, `userId` or both, as texts without spaces.');
  return undefined;
}
