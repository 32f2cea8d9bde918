import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Effect } from './effect.ts';
import type { Mishap } from './faults.ts';
import { reasonOf } from './reason.ts';
import { type Answer, Refused, type Route, type System, type SystemRequest } from './system.ts';
import type { World } from './world.ts';

export type HttpDeps = Pick<World, 'faults' | 'record'>;

const MOST_BODY_BYTES = 10 * 1_048_576;
const SECRET_HEADER = /^(authorization|proxy-authorization|cookie|set-cookie)$|(^|-)(token|secret|password|api-?key)$/;
const SECRET_FIELDS = ['client_secret', 'client_assertion', 'assertion', 'refresh_token', 'password', 'token'];
const MALFORMED = '{"id": 4711, "status": "crea';

/** Adds a system under `/<name>`, with authentication, faults and the journal around its routes. */
export function registerSystem(http: FastifyInstance, system: System, deps: HttpDeps): void {
  const { name } = system;
  const prefix = `/${name}`;

  http.register(
    async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MOST_BODY_BYTES }, (_request, body, done) =>
        done(null, body),
      );
      const unknown: Route = () => system.refusal(404);
      for (const [key, route] of Object.entries(system.routes)) {
        const [method = '', url = ''] = key.split(' ');
        scope.route({ method, url, exposeHeadRoute: false, handler: (request, reply) => serve(request, reply, route) });
      }
      scope.setNotFoundHandler((request, reply) => serve(request, reply, unknown));
      // Handles bodies that are too large, and bugs.
      scope.setErrorHandler((error: Error & { statusCode?: number }, { method, url, headers }, reply) => {
        const { statusCode = 500 } = error;
        if (statusCode >= 500) scope.log.error({ err: error }, 'the sandbox has a bug');
        const answer = system.refusal(statusCode);
        deps.record({
          system: name,
          kind: 'refused',
          method,
          path: url.slice(prefix.length) || '/',
          headers: withoutSecrets(headers as Record<string, string>),
          body: null,
          status: answer.status,
          why: error.message,
          at: new Date().toISOString(),
        });
        return send(reply, answer, { latencyMs: 0 });
      });
    },
    { prefix },
  );

  async function serve(request: FastifyRequest, reply: FastifyReply, route: Route): Promise<FastifyReply> {
    const at = new Date().toISOString();
    const { method, url } = request;
    const path = url.slice(prefix.length) || '/';
    const raw = typeof request.body === 'string' ? request.body : '';
    const headers = request.headers as Record<string, string>;
    const body = bodyOf(raw, headers['content-type']);
    const mishap = deps.faults.strike(name, method, path);
    const answer = answerTo(
      {
        method,
        path: path.split('?', 1)[0] ?? path,
        params: request.params as Record<string, string>,
        query: request.query as Record<string, string>,
        headers,
        body: body.value,
      },
      route,
      mishap,
      body.isMalformed,
    );
    const fault = faultOf(mishap);
    deps.record({
      system: name,
      kind: answer.kind,
      method,
      path,
      headers: withoutSecrets(headers),
      body: body.shown,
      status: answer.status,
      ...(answer.kind === 'refused' ? { why: reasonOf(answer) } : {}),
      ...(fault === undefined ? {} : { fault }),
      at,
    });
    if (mishap.latencyMs > 0) await sleep(mishap.latencyMs, undefined, { ref: false });
    return send(reply, answer, mishap);
  }

  function answerTo(request: SystemRequest, route: Route, { status, error }: Mishap, isMalformed: boolean): Answer {
    if (status !== undefined) return system.refusal(status);
    if (error !== undefined && system.failure !== undefined) return system.failure(error);
    if (!system.authenticate(request.headers, request.path)) return system.refusal(401);
    if (isMalformed) return system.refusal(400);
    try {
      return route(request);
    } catch (thrown) {
      if (thrown instanceof Refused) return thrown.answer;
      throw thrown;
    }
  }
}

function send(reply: FastifyReply, answer: Answer, mishap: Mishap): FastifyReply {
  if (mishap.dropResponse === true) {
    reply.hijack();
    reply.raw.destroy();
    return reply;
  }
  reply.code(answer.status).headers(answer.headers ?? {});
  if (mishap.retryAfter !== undefined) reply.header('retry-after', String(mishap.retryAfter));
  if (mishap.malformed === true) return reply.code(200).type('application/json').send(MALFORMED);
  if (answer.body === undefined) return reply.send();
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer.body));
}

interface ReadBody {
  value: unknown;
  /** Secrets in form fields are left out. */
  shown: unknown;
  isMalformed: boolean;
}

function bodyOf(raw: string, type = ''): ReadBody {
  if (raw === '') return { value: undefined, shown: null, isMalformed: false };
  if (type.startsWith('application/x-www-form-urlencoded')) {
    const value = Object.fromEntries(new URLSearchParams(raw));
    const shown = Object.fromEntries(Object.entries(value).filter(([field]) => !SECRET_FIELDS.includes(field)));
    return { value, shown, isMalformed: false };
  }
  if (!/^application\/([\w.+-]+\+)?json/.test(type)) return { value: raw, shown: raw, isMalformed: false };
  try {
    const value: unknown = JSON.parse(raw);
    return { value, shown: value, isMalformed: false };
  } catch {
    return { value: undefined, shown: raw, isMalformed: true };
  }
}

const withoutSecrets = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([header]) => !SECRET_HEADER.test(header)));

function faultOf({ status, error, dropResponse, malformed }: Mishap): NonNullable<Effect['fault']> | undefined {
  if (status !== undefined || error !== undefined) return 'status';
  if (dropResponse === true) return 'dropResponse';
  return malformed === true ? 'malformed' : undefined;
}
