import type { IncomingHttpHeaders } from 'node:http';
import { type AnyEvent, catalogue, eventHeaders, identityOf, keyOf } from '@switchboard/events';
import { DeliveryError, eventAttributes, type OutgoingRecord, withoutPerson } from '@switchboard/kafka';
import type { Logger } from '@switchboard/service';
import { readTraceparent, type Span, type SpanAttributes, type Tracer } from '@switchboard/tracing';
import type { AmbiguousIds } from './event/ambiguous-ids.ts';
import type { Duplicates } from './event/duplicates.ts';
import { contentOf } from './event/identity.ts';
import { parse } from './event/json/parse.ts';
import { normalise } from './event/normalise.ts';
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

/** The sender is promised an answer within 2.5 s; the difference is for getting it out. */
const ANSWER_MS = 2_400;

const ROUTE = '/webhooks/:source';

/** From the verified body to the answer. A 200 means: acknowledged by Kafka, now or at an earlier delivery. */
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
    if (normalised.kind === 'rejected') return reject(normalised.refusal);
    if (normalised.kind === 'unhandled') {
      metrics.skipped(source.name);
      notice(source.name, normalised.name);
      return { status: 200, body: { skipped: true, reason: 'Unhandled event type' } };
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
      // The stack alone: a cause may quote the event.
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

    // Not before the signature is right: a trace is no place for strangers.
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

/** Whoever is asked to send again what must fail again does so for ever. */
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
