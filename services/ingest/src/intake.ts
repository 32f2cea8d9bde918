import type { IncomingHttpHeaders } from 'node:http';
import { type AnyEvent, catalogue, eventHeaders, identityOf, keyOf } from '@switchboard/events';
import { DeliveryError, eventAttributes, type OutgoingRecord, withoutPerson } from '@switchboard/kafka';
import type { Logger } from '@switchboard/service';
import { readTraceparent, type Span, type SpanAttributes, type Tracer } from '@switchboard/tracing';
import type { AmbiguousIds } from './event/ambiguous-ids.ts';
import type { Duplicates } from './event/duplicates.ts';
import { contentOf } from './event/identity.ts';
import { parse } from './event/json/parse.ts';
import { nearMiss } from './event/near-miss.ts';
import { normalise } from './event/normalise.ts';
import { shapeHint } from './event/shape-help.ts';
import { createSkippedTypes } from './event/skipped-types.ts';
import type { RateLimiter } from './http/rate-limiter.ts';
import { type Answer, answerTo, type Reason, type Refusal } from './http/refusals.ts';
import type { Metrics } from './metrics.ts';
import { createQuarantine } from './quarantine.ts';
import type { Source } from './sources/sources.ts';

export interface Publishing {
  publish(record: OutgoingRecord): Promise<void>;
  /** The event as it is written to its topic. */
  encode(event: AnyEvent): Buffer;
}

interface Intake extends Publishing {
  ambiguousIds: AmbiguousIds;
  duplicates: Duplicates;
  rates: RateLimiter;
  metrics: Metrics;
  logger: Logger;
  tracer: Tracer;
}

/** Senders get an answer within 2.5 s; the difference is the time to send it. */
const ANSWER_MS = 2_400;

const ROUTE = '/webhooks/:source';

/** Turns a verified body into an answer. 200 means that Kafka acknowledged the event, now or at an earlier delivery. */
export function createIntake({ publish, encode, ambiguousIds, duplicates, rates, metrics, logger, tracer }: Intake) {
  const quarantine = createQuarantine({ publish, metrics, logger });
  const notice = createSkippedTypes(logger);

  function refuse(source: Source, refusal: Refusal): Answer {
    metrics.rejected(source.name, refusal.reason);
    return answerTo(refusal);
  }

  async function send(event: AnyEvent, traceparent: unknown, deadline: number): Promise<void> {
    const { topic } = catalogue[event.meta.type];
    const headers = eventHeaders(event);
    const attributes = (): SpanAttributes => ({
      ...eventAttributes(headers),
      'messaging.system': 'kafka',
      'messaging.operation.name': 'send',
      'messaging.destination.name': topic,
    });
    await tracer.span({ kind: 'producer', name: `send ${topic}`, attributes }, async (span) => {
      const carried = span.traceparent ?? (readTraceparent(traceparent) && (traceparent as string));
      if (carried !== undefined) headers.traceparent = carried;
      await publish({ topic, key: keyOf(event), value: encode(event), headers, deadline });
    });
  }

  async function accept(source: Source, headers: IncomingHttpHeaders, body: Buffer, span: Span): Promise<Answer> {
    const receivedAt = Date.now();
    const since = performance.now();
    const deadline = receivedAt + ANSWER_MS;
    const contentType = headers['content-type'];
    const reject = (refusal: Refusal, id?: string): Promise<Answer> =>
      quarantine({ source, body, refusal, id, contentType, receivedAt, deadline, ids: span.ids });

    const parsed = parse(body);
    if (!parsed.ok) return reject({ reason: 'json', error: parsed.message });
    const normalised = normalise({ json: parsed.value, body, receivedAt }, source);
    if (normalised.kind === 'rejected') {
      const { refusal } = normalised;
      return reject(refusal.reason === 'shape' ? { ...refusal, hint: shapeHint(parsed.value, headers) } : refusal);
    }
    if (normalised.kind === 'unhandled') {
      metrics.skipped(source.name);
      const meant = nearMiss(normalised.name);
      const hint = meant === undefined ? {} : { hint: `Did you mean ${meant}?` };
      notice(source.name, normalised.name, hint);
      return { status: 200, body: { skipped: true, reason: 'Unhandled event type', ...hint } };
    }

    const { event, isAmbiguous } = normalised;
    const content = contentOf(event);
    const name = isAmbiguous ? await ambiguousIds.nameFor(event, source.repeatMs) : undefined;
    if (name !== undefined) event.meta.id = name.id;
    span.set(() => eventAttributes(eventHeaders(event)));
    const { id, type } = event.meta;
    try {
      const publishing = () => send(event, headers.traceparent, deadline);
      const outcome = await duplicates.once(identityOf(event.meta), content, publishing);
      if (outcome === 'differs') return await reject({ reason: 'duplicate_differs' }, withoutPerson(id, type));
      if (outcome === 'duplicate') metrics.duplicate(source.name, type, isAmbiguous ? 'body' : 'id');
      else {
        name?.acknowledged();
        metrics.enqueued(source.name, type, (performance.now() - since) / 1000);
      }
      return accepted(event, outcome === 'duplicate');
    } catch (error) {
      const reason = error instanceof DeliveryError ? undelivered(error.code) : 'internal';
      if (reason === 'not_acknowledged') return refuse(source, { reason });
      // Only the stack: a cause may quote the event.
      if (reason === 'internal') {
        const shown = { source: source.name, id: withoutPerson(id, type), type };
        logger.error({ ...shown, stack: stackOf(error), ...span.ids }, 'event failed');
      }
      return reject({ reason }, withoutPerson(id, type));
    }
  }

  return async function take(source: Source, headers: IncomingHttpHeaders, body: Buffer): Promise<Answer> {
    const wait = source.rate === undefined ? 0 : rates.take(`source:${source.name}`, source.rate);
    if (wait > 0) return refuse(source, { reason: 'source_rate', retryAfterSeconds: wait });

    // Trace authenticated requests only.
    const cause = { traceparent: headers.traceparent as string | undefined };
    const attributes = (): SpanAttributes => ({ 'http.route': ROUTE, 'switchboard.source': source.name });
    return tracer.span({ kind: 'server', name: `POST ${ROUTE}`, cause, attributes }, async (span) => {
      const answer = await accept(source, headers, body, span);
      span.set(() => ({ 'http.response.status_code': answer.status }));
      if (answer.status >= 500) span.fail(String(answer.status));
      return answer;
    });
  };
}

/** Never asks a sender to repeat a request that must fail again: it would repeat it for ever. */
function undelivered(code: DeliveryError['code']): Reason {
  if (code === 'TOO_LARGE') return 'too_large_encoded';
  return code === 'INVALID_RECORD' ? 'internal' : 'not_acknowledged';
}

function accepted(event: AnyEvent, duplicate: boolean): Answer {
  const { conversationId } = event as { conversationId?: string | null };
  const what = conversationId ? { conversationId } : { id: event.meta.id };
  const body = duplicate ? { received: true, ...what, duplicate } : { received: true, ...what };
  return { status: 200, body };
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : 'not an error');
