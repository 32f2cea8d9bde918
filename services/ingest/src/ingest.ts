import type { IncomingMessage, Server } from 'node:http';
import { createRefusalLog, type Logger, limitConnections, serverOptions } from '@switchboard/service';
import { type Tracer, untraced } from '@switchboard/tracing';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
} from 'fastify';
import type { Registry } from 'prom-client';
import { registerCatalogue } from './catalogue-routes.ts';
import { createAmbiguousIds } from './event/ambiguous-ids.ts';
import { createDuplicates } from './event/duplicates.ts';
import type { SeenIds } from './event/seen-ids.ts';
import { type AddressList, createAddressList } from './http/address-list.ts';
import { type Admitted, createAdmission } from './http/admission.ts';
import { readBody } from './http/body.ts';
import { createByteBudget } from './http/byte-budget.ts';
import { createRateLimiter } from './http/rate-limiter.ts';
import { type Answer, answerTo, type Refusal, refusals } from './http/refusals.ts';
import { createTurns } from './http/turns.ts';
import { createIntake, type Publishing } from './intake.ts';
import { createMetrics, UNKNOWN_SOURCE } from './metrics.ts';
import type { LiveSources } from './sources/live-sources.ts';

export interface IngestDeps extends Publishing {
  sources: Pick<LiveSources, 'get' | 'names'>;
  seenIds: Pick<SeenIds, 'get' | 'add' | 'claim' | 'shorten'>;
  metrics: Registry;
  logger: Logger;
  tracer?: Tracer;
  limits?: Partial<Limits>;
}

export interface Limits {
  /** Requests a second from one address; 0 is no limit. */
  ipRate: number;
  /** Whose `X-Forwarded-For` is believed. */
  trustedProxies: AddressList;
  inFlightBytes: number;
}

/** The whole app on a server of its own, for tests and benchmarks; a service registers it on its `http`. */
export function buildIngest(deps: IngestDeps, options: FastifyHttpOptions<Server> = {}): FastifyInstance {
  const http = Fastify({
    ...serverOptions,
    ...options,
    loggerInstance: deps.logger as FastifyBaseLogger,
  });
  limitConnections(http);
  registerIngest(http, deps);
  return http;
}

const ADMITTED = Symbol('admitted');

const ROUTE = '/webhooks/:source';

const PACE_MS = 1_000;

declare module 'fastify' {
  interface FastifyRequest {
    [ADMITTED]: Admitted | null;
  }
}

/** Adds `POST /webhooks/:source` and the published documents. */
export function registerIngest(http: FastifyInstance, deps: IngestDeps): void {
  const { sources, seenIds, logger, publish, encode, tracer = untraced, limits } = deps;
  const { ipRate = 0, trustedProxies = createAddressList([]), inFlightBytes = 64 * 1_048_576 } = limits ?? {};
  registerCatalogue(http, { ipRate, trustedProxies });
  const budget = createByteBudget(inFlightBytes);
  const rates = createRateLimiter();
  const turn = createTurns();
  const metrics = createMetrics({ registry: deps.metrics, sources: sources.names, bytesInFlight: () => budget.used });
  const admit = createAdmission({ sources, rates, ipRate, trustedProxies });
  const duplicates = createDuplicates(seenIds);
  const ambiguousIds = createAmbiguousIds(seenIds);
  const take = createIntake({ publish, encode, ambiguousIds, duplicates, rates, metrics, logger, tracer });
  const refusalLog = createRefusalLog(http);
  const pace = setInterval(budget.judgePace, PACE_MS);
  pace.unref();
  http.addHook('onClose', async () => clearInterval(pace));

  function refuse(source: string, refusal: Refusal): Answer {
    metrics.rejected(source, refusal.reason);
    const answer = answerTo(refusal);
    if (answer.status === 401) refusalLog.refused({ source }, refusal.reason);
    return answer;
  }

  /** Undefined when the sender has gone. */
  async function receive(request: IncomingMessage, { source, sender }: Admitted): Promise<Answer | undefined> {
    const claim = budget.claim(sender, source.name);
    if (claim === undefined) return refuse(source.name, { reason: 'overload' });
    try {
      const body = await readBody(request, source.maxBytes, budget, claim);
      if (body === 'aborted') {
        metrics.rejected(source.name, body);
        return undefined;
      }
      if (typeof body === 'string') return refuse(source.name, { reason: body });
      if (claim.size === 'large') await turn();
      const { headers } = request;
      const { verify, secrets, requireTimestamp } = source;
      const verdict = verify({ headers, body }, secrets, { requireTimestamp, now: Date.now() });
      if (verdict === 'invalid') return refuse(source.name, { reason: 'signature' });
      if (verdict === 'stale') return refuse(source.name, { reason: 'timestamp' });
      if (!budget.verify(claim)) return refuse(source.name, { reason: 'overload' });
      return await take(source, headers, body);
    } finally {
      budget.release(claim);
    }
  }

  http.register(async (scope) => {
    // The body is read by `receive`: bounded per source, and kept as bytes for the signature.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.decorateRequest(ADMITTED, null);
    scope.setErrorHandler((error: Error, request, reply) => {
      // Only the stack: a cause may quote the event.
      logger.error({ stack: error.stack }, 'request failed');
      send(reply, refuse(request[ADMITTED]?.source.name ?? UNKNOWN_SOURCE, { reason: 'internal' }));
    });

    scope.route({
      method: ['DELETE', 'GET', 'OPTIONS', 'PATCH', 'PUT'],
      url: ROUTE,
      handler: (_request, reply) => reply.code(405).header('allow', 'POST').send({ error: 'Send a POST' }),
    });

    scope.post<{ Params: { source: string } }>(ROUTE, {
      onRequest(request, reply, done) {
        const { source } = request.params;
        const label = sources.get(source) === undefined ? UNKNOWN_SOURCE : source;
        metrics.received(label);
        const admitted = admit(request.raw, source);
        if ('reason' in admitted) {
          send(reply, refuse(label, admitted));
          return;
        }
        request[ADMITTED] = admitted;
        done();
      },
      async handler(request, reply) {
        const answer = await receive(request.raw, request[ADMITTED] as Admitted);
        if (answer === undefined) return reply.hijack();
        // Close the connection: the sender may still be sending the body that was cut.
        if (answer.status === refusals.too_slow.status) reply.header('connection', 'close');
        return send(reply, answer);
      },
    });
  });
}

function send(reply: FastifyReply, { status, body, retryAfterSeconds }: Answer): FastifyReply {
  reply.code(status);
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  return reply.send(body);
}
