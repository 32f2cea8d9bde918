import type { IncomingHttpHeaders } from 'node:http';
import type { RateLimiter } from '@switchboard/async';
import { type AnyEvent, eventHeaders, identityOf, nearMiss, type Problem } from '@switchboard/events';
import {
  createEventPublisher,
  DeliveryError,
  eventAttributes,
  idsOf,
  type OutgoingRecord,
  withoutPerson,
} from '@switchboard/kafka';
import type { EventLog, Logger } from '@switchboard/service';
import type { Span, SpanAttributes, Tracer } from '@switchboard/tracing';
import { answerOf, type ItemResult, isUnavailable, replyWith } from './answers.ts';
import type { Drift } from './drift/drift.ts';
import type { AmbiguousIds, Name } from './event/ambiguous-ids.ts';
import type { Duplicates } from './event/duplicates.ts';
import { contentOf } from './event/identity.ts';
import { type BodyReading, type Item, readItems, readKeptItem } from './event/items.ts';
import { type EventReading, type ReadEvent, readEvents } from './event/read-events.ts';
import { createSkippedTypes } from './event/skipped-types.ts';
import type { Claims } from './http/claims.ts';
import { type Answer, answerTo, type Reason, type Refusal } from './http/refusals.ts';
import type { Metrics } from './metrics.ts';
import { createQuarantine } from './quarantine.ts';
import type { TenantQuota } from './quota/tenant-quota.ts';
import type { SkippedBodies } from './skipped-bodies.ts';
import type { Source } from './sources/sources.ts';

export interface Publishing {
  publish(record: OutgoingRecord): Promise<void>;
  /** The event as it is written to its topic. */
  encode(event: AnyEvent): Buffer;
}

interface IntakeDeps extends Publishing {
  ambiguousIds: AmbiguousIds;
  duplicates: Duplicates;
  rates: RateLimiter;
  quota: TenantQuota;
  drift: Pick<Drift, 'observe'>;
  /** Default: they are not kept. */
  skippedBodies?: SkippedBodies | undefined;
  metrics: Metrics;
  logger: Logger;
  eventLog: EventLog;
  tracer: Tracer;
}

/** A request whose sender is known. */
export interface VerifiedRequest {
  source: Source;
  headers: IncomingHttpHeaders;
  body: Buffer;
  claims?: Claims;
  /** An operator sends it from quarantine. */
  isResubmitted?: boolean;
  /** The place that it had in a larger body before it was kept in quarantine. */
  itemIndex?: number | undefined;
}

/** What all items of a request share. */
interface Reception extends VerifiedRequest {
  receivedAt: number;
  /** By the monotonic clock. */
  since: number;
  deadline: number;
  span: Span;
}

/** Senders get an answer within 2.5 s; the difference is the time to send it. */
const ANSWER_MS = 2_400;

const ONE_A_MINUTE = { perSecond: 1 / 60, burst: 1 };

const NO_RULE = 'no rule of the mapping takes this: it becomes no event';

const NO_NAMES: ReadonlyMap<AnyEvent, Name> = new Map();

/** Operators want to know what is wrong, whatever the vendor can take. */
const FOR_OPERATORS = { refusesBadBodies: true } as const;

export const WEBHOOKS_ROUTE = '/webhooks/:source';
export const EVENTS_ROUTE = '/v1/events';

export interface Intake {
  /** Turns a webhook into an answer. 200 means that Kafka acknowledged its events, now or at an earlier delivery. */
  take(request: VerifiedRequest): Promise<Answer>;
  /** Takes the items of one request, and says of each, in their order, what became of it. */
  takeEach(request: VerifiedRequest, items: readonly Item[]): Promise<readonly ItemResult[]>;
  /** Why an item cannot become an event; undefined if it can. Nothing is stored or counted. */
  problemsOf(request: VerifiedRequest, item: Item): readonly Problem[] | undefined;
}

export function createIntake(deps: IntakeDeps): Intake {
  const { publish, encode, ambiguousIds, duplicates, rates, quota, drift, metrics, logger, eventLog, tracer } = deps;
  const { skippedBodies } = deps;
  const send = createEventPublisher({ publish, encode, tracer });
  const keep = createQuarantine({ publish, metrics, logger });
  const notice = createSkippedTypes(logger);

  async function refuse(reception: Reception, item: Item, refusal: Refusal, id?: string): Promise<ItemResult> {
    const { span } = reception;
    const kept = await keep({ ...keptOf(reception, item), refusal, id, ids: span.ids });
    return isUnavailable(kept) ? { kind: 'unavailable', refusal: kept } : { kind: 'refused', refusal: kept };
  }

  async function store(reception: Reception, item: Item, event: AnyEvent, name: Name | undefined): Promise<ItemResult> {
    const { source, headers, deadline, span, since } = reception;
    const content = contentOf(event, source.mapping.ignored);
    if (name !== undefined) event.meta.id = name.id;
    span.set(() => eventAttributes(eventHeaders(event)));
    const { id, type } = event.meta;
    try {
      const { traceparent } = headers;
      const publishing = () => send(event, { traceparent, deadline });
      const outcome = await duplicates.once(identityOf(event.meta), content, publishing);
      if (outcome === 'differs') {
        return await refuse(reception, item, { reason: 'duplicate_differs' }, withoutPerson(id, type));
      }
      if (outcome === 'duplicate') metrics.duplicate(source.name, type, name === undefined ? 'id' : 'body');
      else {
        name?.acknowledged();
        const ms = performance.now() - since;
        metrics.enqueued(source.name, type, ms / 1000);
        if (eventLog.takes()) eventLog.write('accepted', { ...idsOf(event), ms: Math.round(ms) });
      }
      return { kind: outcome === 'duplicate' ? 'duplicate' : 'accepted', event };
    } catch (error) {
      const reason = error instanceof DeliveryError ? undelivered(error.code) : 'internal';
      if (reason === 'not_acknowledged') {
        metrics.rejected(source.name, reason);
        complain(error as DeliveryError);
        return { kind: 'unavailable', refusal: { reason } };
      }
      // Only the stack: a cause may quote the event.
      if (reason === 'internal') {
        const shown = { source: source.name, id: withoutPerson(id, type), type };
        logger.error({ ...shown, stack: stackOf(error), ...span.ids }, 'event failed');
      }
      return refuse(reception, item, { reason }, withoutPerson(id, type));
    }
  }

  /** A topic or a right that is missing comes back by no retry: somebody has to know which. */
  function complain({ code, message }: DeliveryError): void {
    if (code !== 'UNKNOWN_TOPIC' && code !== 'REFUSED') return;
    if (rates.take(`log:${message}`, ONE_A_MINUTE) === 0) logger.error({ code }, `events cannot be stored: ${message}`);
  }

  function storeOne(
    reception: Reception,
    item: Item,
    { event }: ReadEvent,
    names: ReadonlyMap<AnyEvent, Name>,
  ): Promise<ItemResult> {
    drift.observe(reception.source, event);
    return store(reception, item, event, names.get(event));
  }

  /** The results of an item's events, all of which are published at once. */
  function handle(
    reception: Reception,
    item: Item,
    read: EventReading,
    names: ReadonlyMap<AnyEvent, Name>,
  ): Promise<ItemResult | readonly ItemResult[]> {
    switch (read.kind) {
      case 'refused':
        return refuse(reception, item, read.refusal);
      case 'skipped':
        return Promise.resolve(skip(reception, item, read.name));
      case 'events': {
        const { events } = read;
        // Nearly always one: a list of results and a promise of it would cost more than the rest of this function.
        if (events.length === 1) return storeOne(reception, item, events[0] as ReadEvent, names);
        if (events.length > 0) return Promise.all(events.map((one) => storeOne(reception, item, one, names)));
        metrics.skipped(reception.source.name);
        if (read.called !== undefined) notice(reception.source.name, read.called, NO_RULE);
        return Promise.resolve({ kind: 'skipped', hint: undefined });
      }
    }
  }

  function skip(reception: Reception, item: Item, name: string): ItemResult {
    const { source } = reception;
    metrics.skipped(source.name);
    const meant = nearMiss(name);
    const hint = meant === undefined ? undefined : `Did you mean ${meant}?`;
    if (reception.isResubmitted !== true) skippedBodies?.keep(keptOf(reception, item), name);
    notice(source.name, name, 'events of an undeclared type are skipped', hint === undefined ? {} : { hint });
    return { kind: 'skipped', hint };
  }

  /**
   * The results of each item. Ids that Redis has to name are asked for first: from then on, all events take the same
   * steps at the same time, so that they are published in the order in which they were sent.
   */
  async function handleAll(
    reception: Reception,
    items: readonly Item[],
  ): Promise<(ItemResult | readonly ItemResult[])[]> {
    const readings = items.map((item) => readEvents(item, reception));
    quota.charge(reception.source.tenant, countOf(readings) - 1);
    const [only] = items;
    // Most requests have one item, which needs neither a name nor company.
    if (items.length === 1 && only !== undefined && !hasAmbiguous(readings[0] as EventReading)) {
      return [await handle(reception, only, readings[0] as EventReading, NO_NAMES)];
    }
    const { source } = reception;
    const ambiguous = readings.flatMap((read) =>
      read.kind === 'events' ? read.events.filter(({ isAmbiguous }) => isAmbiguous) : [],
    );
    const nameOf = async ({ event }: ReadEvent) => [event, await ambiguousIds.nameFor(event, source.repeatMs)] as const;
    const names = ambiguous.length === 0 ? NO_NAMES : new Map(await Promise.all(ambiguous.map(nameOf)));
    return Promise.all(items.map((item, index) => handle(reception, item, readings[index] as EventReading, names)));
  }

  function readBody({ source, headers, body, itemIndex }: Reception): BodyReading {
    if (itemIndex !== undefined) return readKeptItem(source.provider, body, itemIndex);
    try {
      return readItems(source.provider, headers, body);
    } catch (error) {
      logger.error({ source: source.name, stack: stackOf(error) }, 'a body could not be divided');
      return { kind: 'refused', refusal: { reason: 'internal' } };
    }
  }

  async function answer(reception: Reception): Promise<Answer> {
    const { source, body } = reception;
    const manners = reception.isResubmitted ? FOR_OPERATORS : source.provider;
    const reading = readBody(reception);
    if (reading.kind === 'reply') return replyWith(reading.reply);
    if (reading.kind === 'refused') {
      const whole = { json: null, bytes: body, index: undefined };
      return answerOf([await refuse(reception, whole, reading.refusal)], manners);
    }
    return answerOf((await handleAll(reception, reading.items)).flat(), manners);
  }

  async function accept(reception: Reception): Promise<Answer> {
    const given = await answer(reception);
    const { span } = reception;
    span.set(() => ({ 'http.response.status_code': given.status }));
    if (given.status >= 500) span.fail(String(given.status));
    return given;
  }

  /** Traces a request; only authenticated ones come here. */
  function receive<T>(route: string, request: VerifiedRequest, work: (reception: Reception) => Promise<T>): Promise<T> {
    const { source, headers } = request;
    const receivedAt = Date.now();
    const times = { receivedAt, since: performance.now(), deadline: receivedAt + ANSWER_MS };
    const cause = { traceparent: headers.traceparent as string | undefined };
    const attributes = (): SpanAttributes => ({ 'http.route': route, 'switchboard.source': source.name });
    return tracer.span({ kind: 'server', name: `POST ${route}`, cause, attributes }, (span) =>
      work({ ...request, ...times, span }),
    );
  }

  function askToWait({ name }: Source, reason: 'source_rate' | 'tenant_rate', retryAfterSeconds: number): Answer {
    metrics.rejected(name, reason);
    return answerTo({ reason, retryAfterSeconds });
  }

  return {
    async take(request) {
      const { source } = request;
      const wait = source.rate === undefined ? 0 : rates.take(`source:${source.name}`, source.rate);
      if (wait > 0) return askToWait(source, 'source_rate', wait);
      const taken = quota.take(source.tenant);
      const tenantWait = typeof taken === 'number' ? taken : await taken;
      if (tenantWait > 0) return askToWait(source, 'tenant_rate', tenantWait);
      return receive(WEBHOOKS_ROUTE, request, accept);
    },
    takeEach: (request, items) =>
      receive(EVENTS_ROUTE, request, async (reception) => {
        const results = await handleAll(reception, items);
        return results.map(worstOf);
      }),
    problemsOf({ source, headers, claims }, item) {
      const read = readEvents(item, { source, headers, receivedAt: Date.now(), claims });
      if (read.kind === 'events') return undefined;
      const { problems, error } = read.kind === 'refused' ? read.refusal : {};
      return problems ?? [{ path: '', message: error ?? 'is not in the catalogue' }];
    },
  };
}

const keptOf = ({ source, headers, claims = {}, receivedAt, deadline }: Reception, { bytes, index }: Item) => ({
  ...{ source, headers, claims, receivedAt, deadline },
  body: bytes,
  itemIndex: index,
});

const hasAmbiguous = (read: EventReading): boolean =>
  read.kind === 'events' && read.events.some(({ isAmbiguous }) => isAmbiguous);

/** How many events the items hold. An item without one counts too. */
const countOf = (readings: readonly EventReading[]): number =>
  readings.reduce((sum, read) => sum + (read.kind === 'events' ? Math.max(1, read.events.length) : 1), 0);

const isList: (results: ItemResult | readonly ItemResult[]) => results is readonly ItemResult[] = Array.isArray;

/** An item is good if all of its events are. */
const worstOf = (results: ItemResult | readonly ItemResult[]): ItemResult => {
  if (!isList(results)) return results;
  const bad = results.find(({ kind }) => kind === 'unavailable') ?? results.find(({ kind }) => kind === 'refused');
  return bad ?? results[0] ?? { kind: 'skipped', hint: undefined };
};

/** Never asks a sender to repeat a request that must fail again: it would repeat it for ever. */
function undelivered(code: DeliveryError['code']): Reason {
  if (code === 'TOO_LARGE') return 'too_large_encoded';
  return code === 'INVALID_RECORD' ? 'internal' : 'not_acknowledged';
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : 'not an error');
