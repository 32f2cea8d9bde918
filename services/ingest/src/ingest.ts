import type { IncomingMessage, Server } from 'node:http';
import type { Alert } from '@switchboard/alerts';
import { createRateLimiter } from '@switchboard/async';
import type { SignatureFault, SignedRequest, Verdict } from '@switchboard/providers';
import {
  createRefusalLog,
  type EventLog,
  type Logger,
  limitConnections,
  noEventLog,
  serverOptions,
} from '@switchboard/service';
import { type Tracer, untraced } from '@switchboard/tracing';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Registry } from 'prom-client';
import { replyWith } from './answers.ts';
import { registerEventsApi } from './api/events-route.ts';
import { registerCatalogue } from './catalogue-routes.ts';
import { createDrift, type Drift } from './drift/drift.ts';
import { createAmbiguousIds } from './event/ambiguous-ids.ts';
import { createDuplicates } from './event/duplicates.ts';
import type { SeenIds } from './event/seen-ids.ts';
import { type AddressList, createAddressList } from './http/address-list.ts';
import { type Admitted, createAdmission } from './http/admission.ts';
import { readBody } from './http/body.ts';
import { createByteBudget } from './http/byte-budget.ts';
import type { Claim } from './http/claim.ts';
import { claimed } from './http/claims.ts';
import { type Answer, answerTo, type Refusal, refusals } from './http/refusals.ts';
import { createResubmissions } from './http/resubmission.ts';
import { createSenderOf } from './http/sender.ts';
import { createTurns } from './http/turns.ts';
import { createIntake, EVENTS_ROUTE, type Publishing, WEBHOOKS_ROUTE } from './intake.ts';
import { createMetrics, UNKNOWN_SOURCE } from './metrics.ts';
import { noQuota, type TenantQuota } from './quota/tenant-quota.ts';
import { createSignatureBurst } from './signature-burst.ts';
import { createSkippedBodies } from './skipped-bodies.ts';
import type { LiveSources } from './sources/live-sources.ts';
import type { Source } from './sources/sources.ts';

export interface IngestDeps extends Publishing {
  sources: Pick<LiveSources, 'get' | 'names' | 'values'>;
  seenIds: Pick<SeenIds, 'get' | 'add' | 'claim' | 'shorten'>;
  metrics: Registry;
  logger: Logger;
  tracer?: Tracer;
  /** Whether bodies of undeclared types are kept; default false. */
  keepsSkipped?: boolean;
  /** Gets a line for each accepted event. Default: none. */
  eventLog?: EventLog;
  /** Alerts people. Must return at once and not throw. */
  alert?: (alert: Alert) => void;
  /** Default: one that is not shared with other instances. */
  drift?: Drift;
  /** Default: tenants have none. */
  quota?: TenantQuota;
  limits?: Partial<Limits>;
  /** What operators sign bodies from quarantine with; without it, none can be resubmitted. */
  resubmitSecret?: string | undefined;
}

export interface Limits {
  /** Requests a second from one address; 0 is no limit. */
  ipRate: number;
  /** Whose `X-Forwarded-For` is believed. */
  trustedProxies: AddressList;
  inFlightBytes: number;
  /** Refuses what a trusted proxy says came by http. */
  requireHttps: boolean;
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

/** More addresses than read documentation at a time. */
const MOST_READERS = 10_000;

const PACE_MS = 1_000;

declare module 'fastify' {
  interface FastifyRequest {
    [ADMITTED]: Admitted | null;
  }
}

/** Adds `POST /webhooks/:source` and the published documents. */
export function registerIngest(http: FastifyInstance, deps: IngestDeps): void {
  const { sources, seenIds, logger, publish, encode, tracer = untraced, eventLog = noEventLog, limits } = deps;
  const { quota = noQuota } = deps;
  const {
    ipRate = 0,
    trustedProxies = createAddressList([]),
    inFlightBytes = 64 * 1_048_576,
    requireHttps = false,
  } = limits ?? {};
  // Rates of their own: readers and senders do not use up each other's requests.
  const readers = createRateLimiter(undefined, MOST_READERS);
  registerCatalogue(http, createSenderOf({ rates: readers, ipRate, trustedProxies }));
  const budget = createByteBudget(inFlightBytes);
  const rates = createRateLimiter();
  const turn = createTurns();
  const metrics = createMetrics({ registry: deps.metrics, sources: sources.names, bytesInFlight: () => budget.used });
  const resubmissions = createResubmissions(deps.resubmitSecret);
  const { isOne: isResubmission } = resubmissions;
  const senderOf = createSenderOf({ rates, ipRate, trustedProxies, requireHttps });
  const admit = createAdmission({ sources, senderOf, isResubmission });
  const duplicates = createDuplicates(seenIds);
  const ambiguousIds = createAmbiguousIds(seenIds);
  const drift = deps.drift ?? createDrift({ registry: deps.metrics, sources: sources.names });
  const dropped = ({ name }: Source): void => metrics.skippedDropped(name);
  const skippedBodies = deps.keepsSkipped === true ? createSkippedBodies({ publish, dropped }) : undefined;
  const intake = createIntake({
    skippedBodies,
    publish,
    encode,
    ambiguousIds,
    duplicates,
    rates,
    quota,
    drift,
    metrics,
    logger,
    eventLog,
    tracer,
  });
  const refusalLog = createRefusalLog(http);
  const burst = createSignatureBurst(deps.alert ?? (() => {}));
  const pace = setInterval(budget.judgePace, PACE_MS);
  pace.unref();
  http.addHook('onClose', async () => clearInterval(pace));

  function refuse(source: string, refusal: Refusal): Answer {
    metrics.rejected(source, refusal.reason);
    const answer = answerTo(refusal);
    if (answer.status === 401) refusalLog.refused({ source }, refusal.reason);
    return answer;
  }

  function refuseSignature(source: string, verdict: Exclude<Verdict, { kind: 'valid' | 'reply' }>): Answer {
    if (verdict.kind === 'unavailable') return refuse(source, { reason: 'keys_unavailable' });
    const fault = verdict.kind === 'stale' ? 'time' : verdict.fault;
    metrics.signatureRefused(source, fault);
    burst.refused(source, fault);
    const reason = verdict.kind === 'stale' ? 'timestamp' : 'signature';
    metrics.rejected(source, reason);
    const skewMs = verdict.kind === 'stale' ? verdict.skewMs : undefined;
    const skew = skewMs === undefined ? {} : { skewSeconds: Math.round(skewMs / 1_000) };
    refusalLog.refused({ source }, reason, { fault, ...skew });
    return answerTo({ reason });
  }

  /** Reads a body within the budget, which has room for it until it is answered. Undefined when the sender has gone. */
  async function withBody(
    request: IncomingMessage,
    { source, sender }: Admitted,
    /** Whether its sender is known before it is read. */
    isVerified: boolean,
    answer: (body: Buffer, claim: Claim) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const claim = budget.claim(sender, source.name);
    if (claim === undefined) return refuse(source.name, { reason: 'overload' });
    try {
      if (isVerified && !budget.verify(claim)) return refuse(source.name, { reason: 'overload' });
      const body = await readBody(request, source.maxBytes, budget, claim);
      if (body === 'aborted') {
        metrics.rejected(source.name, body);
        return undefined;
      }
      if (typeof body === 'string') return refuse(source.name, { reason: body });
      if (claim.size === 'large') await turn();
      return await answer(body, claim);
    } finally {
      budget.release(claim);
    }
  }

  function receive(request: IncomingMessage, admitted: Admitted): Promise<Answer | undefined> {
    const { source } = admitted;
    return withBody(request, admitted, false, async (body, claim) => {
      const { headers } = request;
      const isResubmitted = isResubmission(headers);
      const checked = isResubmitted
        ? resubmissions.verify(headers, source.name, body, Date.now())
        : source.verify(signedRequest(request, source, body), Date.now());
      const verdict = checked instanceof Promise ? await checked : checked;
      if (verdict.kind === 'reply') return replyWith(verdict.reply);
      if (verdict.kind !== 'valid') return refuseSignature(source.name, verdict);
      if (!budget.verify(claim)) return refuse(source.name, { reason: 'overload' });
      const itemIndex = isResubmitted ? resubmissions.itemIndex(headers) : undefined;
      return intake.take({ ...claimed(source, verdict), headers, body, isResubmitted, itemIndex });
    });
  }

  function unauthorized(fault: SignatureFault | 'expired'): void {
    metrics.signatureRefused(UNKNOWN_SOURCE, fault);
    refusalLog.refused({ route: EVENTS_ROUTE }, 'api_key', { fault });
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

    registerEventsApi(scope, { sources, intake, rates, quota, metrics, senderOf, withBody, send, unauthorized });

    scope.route({
      method: ['DELETE', 'OPTIONS', 'PATCH', 'PUT'],
      url: WEBHOOKS_ROUTE,
      handler: (_request, reply) => reply.code(405).header('allow', 'POST').send({ error: 'Send a POST' }),
    });

    async function answerWebhook(
      request: FastifyRequest<{ Params: { source: string } }>,
      reply: FastifyReply,
    ): Promise<void> {
      const { source } = request.params;
      const label = sources.get(source) === undefined ? UNKNOWN_SOURCE : source;
      metrics.received(label);
      const admitted = admit(request.raw, source);
      if ('reason' in admitted) {
        if (admitted.reason === 'method') reply.header('allow', 'POST');
        send(reply, refuse(label, admitted));
        return;
      }
      request[ADMITTED] = admitted;
      // Some vendors only check that the address answers.
      if (request.method === 'HEAD') {
        reply.code(200).send();
        return;
      }
      const answer = await receive(request.raw, admitted);
      if (answer === undefined) {
        reply.hijack();
        return;
      }
      // Close the connection: the sender may still be sending the body that was cut.
      if (answer.status === refusals.too_slow.status) reply.header('connection', 'close');
      send(reply, answer);
    }

    scope.route<{ Params: { source: string } }>({
      // GET only for the handshakes of some vendors.
      method: ['POST', 'GET', 'HEAD'],
      exposeHeadRoute: false,
      url: WEBHOOKS_ROUTE,
      // Fastify's own steps after this one are for bodies that it reads itself.
      onRequest(request, reply, done) {
        answerWebhook(request, reply).catch(done);
      },
      handler() {},
    });
  });
}

function signedRequest(request: IncomingMessage, { publicUrl }: Source, body: Buffer): SignedRequest {
  const { method = 'POST', headers, url = '' } = request;
  const [query = ''] = /\?.*/.exec(url) ?? [];
  return { method, url: publicUrl === undefined ? undefined : publicUrl + query, query, headers, body };
}

function send(reply: FastifyReply, { status, body, contentType, retryAfterSeconds }: Answer): FastifyReply {
  reply.code(status);
  if (contentType !== undefined) reply.header('content-type', contentType);
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  return reply.send(body);
}
