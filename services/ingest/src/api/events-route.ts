import type { IncomingMessage } from 'node:http';
import type { RateLimiter } from '@switchboard/async';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ItemResult } from '../answers.ts';
import type { Admitted } from '../http/admission.ts';
import { type Answer, answerTo, type Refusal } from '../http/refusals.ts';
import type { SenderOf } from '../http/sender.ts';
import { EVENTS_ROUTE, type Intake } from '../intake.ts';
import { type Metrics, UNKNOWN_SOURCE } from '../metrics.ts';
import type { TenantQuota } from '../quota/tenant-quota.ts';
import type { Source } from '../sources/sources.ts';
import { isBatchType, readBatch } from './batch.ts';
import { checkEvent } from './check-event.ts';
import { type ApiClient, type Authentication, authenticate } from './clients.ts';
import { answerToBatch, type EventResult, resultOf } from './results.ts';

interface EventsApi {
  sources: { values(): Iterable<Source> };
  intake: Intake;
  rates: RateLimiter;
  quota: TenantQuota;
  metrics: Metrics;
  /** Judged before the key: the rate of the address. */
  senderOf: SenderOf;
  unauthorized(fault: Exclude<Authentication, { kind: 'client' | 'unavailable' }>['fault']): void;
  /** Reads a body within the budget; undefined when the sender has gone. */
  withBody(
    request: IncomingMessage,
    from: Admitted,
    isVerified: boolean,
    answer: (body: Buffer) => Promise<Answer>,
  ): Promise<Answer | undefined>;
  send(reply: FastifyReply, answer: Answer): FastifyReply;
}

/** Adds `POST /v1/events`, for clients with an API key or a token: one event, a list, or CloudEvents. */
export function registerEventsApi(http: FastifyInstance, api: EventsApi): void {
  const { sources, intake, rates, quota, metrics, senderOf, withBody } = api;

  function refuse(source: string, refusal: Refusal): Answer {
    metrics.rejected(source, refusal.reason);
    return answerTo(refusal);
  }

  function refuseCaller(authentication: Exclude<Authentication, { kind: 'client' }>): Answer {
    if (authentication.kind === 'unavailable') return refuse(UNKNOWN_SOURCE, { reason: 'keys_unavailable' });
    api.unauthorized(authentication.fault);
    return refuse(UNKNOWN_SOURCE, { reason: 'api_key' });
  }

  async function receive(request: IncomingMessage, atomic: boolean): Promise<Answer | undefined> {
    const from = senderOf(request);
    if ('reason' in from) return refuse(UNKNOWN_SOURCE, from);
    const authentication = await authenticate(request.headers, sources.values(), Date.now());
    if (authentication.kind !== 'client') return refuseCaller(authentication);
    const { client } = authentication;
    const { source } = client;
    metrics.received(source.name);
    metrics.apiKeyUsed(source.name, client.key);
    const wait = source.rate === undefined ? 0 : rates.take(`source:${source.name}`, source.rate);
    if (wait > 0) return refuse(source.name, { reason: 'source_rate', retryAfterSeconds: wait });
    if (source.allow?.has(from.address) === false) return refuse(source.name, { reason: 'address' });
    const { headers } = request;
    if (headers['content-encoding'] !== undefined || !isBatchType(headers['content-type'])) {
      return refuse(source.name, { reason: 'content_type' });
    }
    if (Number(headers['content-length'] ?? 0) > source.maxBytes) return refuse(source.name, { reason: 'too_large' });
    const tenantWait = await quota.take(source.tenant);
    if (tenantWait > 0) return refuse(source.name, { reason: 'tenant_rate', retryAfterSeconds: tenantWait });

    return withBody(request, { source, sender: from.sender }, true, (body) => take(client, request, body, atomic));
  }

  async function take(client: ApiClient, request: IncomingMessage, body: Buffer, atomic: boolean): Promise<Answer> {
    const { headers } = request;
    const { source, claims } = client;
    const batch = readBatch(headers, body);
    if (!batch.ok) return refuse(source.name, batch.refusal);
    if (source.rate !== undefined) rates.charge(`source:${source.name}`, source.rate, batch.events.length - 1);
    const checked = batch.events.map((event, index) => checkEvent(event, index, client));
    if (atomic) {
      const results = checked.map((check): EventResult => {
        const problems = check.ok ? intake.problemsOf({ source, headers, body, claims }, check.item) : check.problems;
        return problems === undefined
          ? { id: check.id, status: 'unavailable' }
          : { id: check.id, status: 'invalid', problems };
      });
      if (results.some(({ status }) => status === 'invalid')) return { status: 422, body: { results } };
    }
    const good = checked.flatMap((check) => (check.ok ? [check.item] : []));
    const taken = await intake.takeEach({ source, headers, body, claims }, good);
    let next = 0;
    const results = checked.map((check): EventResult => {
      if (check.ok) return resultOf(taken[next++] as ItemResult, check.id);
      metrics.rejected(source.name, 'schema');
      return { id: check.id, status: 'invalid', problems: check.problems };
    });
    return answerToBatch(results);
  }

  http.post<{ Querystring: { atomic?: string } }>(EVENTS_ROUTE, async (request, reply) => {
    const { atomic } = request.query;
    if (atomic !== undefined && atomic !== 'validate') {
      return api.send(reply, { status: 400, body: { error: 'atomic can only be validate' } });
    }
    const answer = await receive(request.raw, atomic === 'validate');
    if (answer === undefined) return reply.hijack();
    if (answer.status === 401) reply.header('www-authenticate', 'Bearer');
    if (answer.status === 408) reply.header('connection', 'close');
    return api.send(reply, answer);
  });
}
