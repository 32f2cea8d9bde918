import { createHash } from 'node:crypto';
import { type AnyEvent, type EventMeta, identityOf } from '@switchboard/events';
import type { FetchedRecord } from '@switchboard/kafka';
import { readTraceparent } from '@switchboard/tracing';
import type { Outcome } from '../run/attempt.ts';
import { type EventTexts, type Headers, RETRY_HEADERS, readHeaders, readTexts } from './headers.ts';
import type { TrackedOffset } from './offset-tracker.ts';
import { readSteps, type Steps } from './steps.ts';

/** The position in the source topic at which ingest wrote the event. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: string;
}

/** The partition that a record was read from, under one assignment. */
export interface RecordSource {
  readonly topic: string;
  readonly partition: number;
  /** Whether this process still owns the partition. Records of a past assignment belong to the new owner. */
  readonly active: boolean;
  /** The longest time that a record may wait in a retry topic. Undefined in a source topic. */
  readonly longestWaitMs: number | undefined;
  /** Half full from half of its memory or commit window on; full until there is room to read on. */
  readonly fullness: 'roomy' | 'half' | 'full';
  /** Which part of its unfinished records in memory are of the tenant, from 0 to 1. */
  shareOf(tenant: string): number;
  /**
   * Called when Redis knows that the record waits, before it is safe in another topic: the next one of its key may ask
   * for its turn, and is told to wait behind it.
   */
  letPass(record: ConsumedRecord): void;
  /** Called when the record is done, dead, or safe in another topic. */
  settle(record: ConsumedRecord): void;
}

/** The position of a record in the retry topics. */
export interface RecordPosition {
  /** Epoch ms; 0 in a source topic. */
  readonly dueAt: number;
  /** The number of times that it was forwarded. */
  readonly hop: number;
  /** The number of redrives from the dead-letter topic. */
  readonly redrive: number;
  /** The number of retry topics that it has entered through its own failures. Deferrals do not count. */
  readonly round: number;
  /** The number of runs of its handler, here and before. */
  attempts: number;
}

/** A record as it was read. Its headers describe it until its value is decoded. */
export interface ConsumedRecord {
  readonly from: RecordSource;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly message: FetchedRecord;
  readonly tracked: TrackedOffset;
  readonly bytes: number;
  readonly type: string;
  /** The tenant of the event, from its headers; empty if the record is not an event. */
  readonly tenant: string;
  /** The effects of the event that its handler keeps apart; see `HandlerContext.step`. Undefined until it names one. */
  steps: Steps | undefined;
  /** Its name in Redis: the event that its headers name, or its position if its value is not that event. */
  identity: string;
  /** Whether its value confirms that it is the event that its headers name. */
  isVerified: boolean;
  readonly orderKey: string;
  /** The decoded event, or the outcome of a record that its handler cannot get. Undefined until the value is read. */
  reading: AnyEvent | Outcome | undefined;
  readonly origin: Origin;
  /** The replay that brought it; 0 for the event itself. */
  readonly replay: number;
  readonly position: RecordPosition;
  /** Why it cannot be an event, if its key, its headers or an empty value show that. */
  readonly defect: Defect | undefined;
  /** The parent of the spans of all its attempts. Default: the span of its first attempt. */
  traceparent: string | undefined;
  /** When it first became the head of its key queue, on the clock of `performance.now()`. */
  offeredAt: number;
  /** When ingest accepted it, in epoch ms, from its value. 0 until the value is decoded. */
  receivedAt: number;
  /** The number of times that it had to wait as head of its key queue. */
  waits: number;
  /** The outside system that it waited for last, which it is likely to need. */
  waitsFor: string | undefined;
  /** When it first had to wait for an outside system, in epoch ms; 0 if it did not. */
  waitsSince: number;
  /** Whether the pipeline has taken it and it has not passed the semaphore. */
  isAhead: boolean;
}

export interface Defect {
  readonly code: 'NO_KEY' | 'NO_HEADERS' | 'EMPTY_VALUE';
  readonly message: string;
}

/** The consumer never writes higher counts. */
const MOST = 1_000_000;
/** Kafka allows no longer names. */
const TOPIC = /^[\w.-]{1,249}$/;
const LONGEST_NUMBER = 20;

/** The last time that a `Date` can hold. */
const LAST_MS = 8.64e15;

/** Reads a whole number that is not negative. Returns 0 for any other text, of any length. */
function readNumber(text: Buffer | undefined): number {
  if (text === undefined || text.length > LONGEST_NUMBER) return 0;
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}

const LONGEST_NAME = 200;

/** Reads the name of an outside system. Undefined if there is none, or a longer one than the consumer writes. */
const readName = (text: Buffer | undefined): string | undefined =>
  text === undefined || text.length === 0 || text.length > 4 * LONGEST_NAME ? undefined : text.toString();

/** Reads a time in epoch ms that a `Date` can hold. Returns 0 for any other text. */
export function readTime(text: Buffer | undefined): number {
  const time = readNumber(text);
  return time > LAST_MS ? 0 : time;
}

/**
 * When a record may run, in epoch ms; 0 in a source topic, where records do not wait. Bounded by the longest wait of
 * the retry topics, whatever the header says.
 */
export function readDueAt(
  { longestWaitMs }: Pick<RecordSource, 'longestWaitMs'>,
  text: Buffer | undefined,
  timestamp: number,
): number {
  if (longestWaitMs === undefined) return 0;
  return Math.min(readTime(text), Math.min(timestamp, Date.now()) + longestWaitMs);
}

/** Whether the record is in a retry topic. Elsewhere, the headers of retry topics have no meaning. */
export const isFromRetryTopic = ({ from }: { from: Pick<RecordSource, 'longestWaitMs'> }): boolean =>
  from.longestWaitMs !== undefined;

/** The hop of a record that is forwarded once more. */
export const nextHop = ({ position }: { readonly position: Pick<RecordPosition, 'hop'> }): number =>
  Math.min(position.hop + 1, MOST);

export function readRecord(from: RecordSource, message: FetchedRecord, tracked: TrackedOffset): ConsumedRecord {
  const { timestamp } = message;
  const texts = readTexts(message);
  const { ce_type: type = '', traceparent } = texts;
  const headers = isFromRetryTopic({ from }) ? readHeaders(message) : {};
  const origin = originOf(from, headers, tracked.offset, timestamp);
  const attributes = readAttributes(texts);
  const key = message.key?.toString();
  const defect = defectOf(key, message.value, attributes !== undefined);
  // A record that is not an event has no identity and no order to keep. Its position identifies it.
  const replay = readNumber(headers[RETRY_HEADERS.replay]);
  const place = defect === undefined ? '' : placeOf({ origin, replay, key: message.key, value: message.value });

  return {
    from,
    key: message.key,
    value: message.value,
    message,
    tracked,
    bytes: (message.value?.length ?? 0) + headerBytes(message) + RECORD_OVERHEAD_BYTES,
    type,
    tenant: attributes?.tenant ?? '',
    steps: readSteps(headers[RETRY_HEADERS.steps]),
    identity: defect === undefined && attributes !== undefined ? inReplay(identityOf(attributes), replay) : place,
    isVerified: false,
    orderKey: defect === undefined ? `${origin.topic}|${key}` : place,
    reading: undefined,
    origin,
    replay,
    position: positionOf(from, headers, timestamp),
    defect,
    traceparent: readTraceparent(traceparent) === undefined ? undefined : traceparent,
    offeredAt: 0,
    receivedAt: 0,
    waits: 0,
    waitsFor: readName(headers[RETRY_HEADERS.waitsFor]),
    waitsSince: 0,
    isAhead: false,
  };
}

/**
 * The identity of a record that is not an event: its origin, and a digest of its bytes, since other records in a
 * retry topic can name the same origin. Stays the same in all retry topics.
 */
export function placeOf({
  origin,
  replay,
  key,
  value,
}: Pick<ConsumedRecord, 'origin' | 'replay' | 'key' | 'value'>): string {
  const digest = createHash('sha256')
    .update(key ?? '')
    .update('\0')
    .update(value ?? '')
    .digest('base64url');
  return inReplay(`@${origin.topic}:${origin.partition}:${origin.offset}#${digest.slice(0, 22)}`, replay);
}

/** The identity of an event in a replay: that of another event, so that it has its effect once more. */
export const inReplay = (identity: string, replay: number): string =>
  replay === 0 ? identity : `~${replay}:${identity}`;

function positionOf(from: RecordSource, headers: Headers, timestamp: string): RecordPosition {
  // Most records: on a source topic, the headers of retry topics have no meaning.
  if (from.longestWaitMs === undefined) return { dueAt: 0, hop: 0, redrive: 0, round: 0, attempts: 0 };
  const count = (name: string): number => Math.min(readNumber(headers[name]), MOST);
  return {
    dueAt: readDueAt(from, headers[RETRY_HEADERS.dueAt], Number(timestamp)),
    hop: count(RETRY_HEADERS.hop),
    redrive: count(RETRY_HEADERS.redrive),
    round: count(RETRY_HEADERS.round),
    attempts: count(RETRY_HEADERS.attempt),
  };
}

/** Retry topics keep the partition of the source topic, so the partition of a record is that of its origin. */
function originOf({ topic, partition }: RecordSource, headers: Headers, offset: number, timestamp: string): Origin {
  const origin = headers[RETRY_HEADERS.originTopic]?.toString() ?? '';
  if (!TOPIC.test(origin)) return { topic, partition, offset, timestamp };
  const originTimestamp = readTime(headers[RETRY_HEADERS.originTimestamp]);
  return {
    topic: origin,
    partition,
    offset: readNumber(headers[RETRY_HEADERS.originOffset]),
    timestamp: originTimestamp === 0 ? timestamp : String(originTimestamp),
  };
}

/** The identity that the headers name. Undefined if they are missing or malformed. */
function readAttributes({ ce_id, ce_type, ce_source }: EventTexts): Attributes | undefined {
  if (ce_id === undefined || ce_type === undefined || ce_source === undefined) return undefined;
  const from = readSource(ce_source);
  return from && { ...from, type: ce_type as Attributes['type'], id: ce_id };
}

/** Most records come from the source of the one before. */
let latest: { readonly text: string; readonly source: Source | undefined } = { text: '', source: undefined };

function readSource(text: string): Source | undefined {
  if (latest.text !== text) latest = { text, source: parseSource(text) };
  return latest.source;
}

function parseSource(text: string): Source | undefined {
  const [before, tenant, source, ...more] = text.split('/', 5);
  if (before !== '' || !tenant || !source || more.length > 0) return undefined;
  try {
    return { tenant: decodeURIComponent(tenant), source: decodeURIComponent(source) };
  } catch {
    return undefined;
  }
}

type Source = Pick<EventMeta, 'tenant' | 'source'>;
type Attributes = Pick<EventMeta, 'tenant' | 'source' | 'type' | 'id'>;

const headerBytes = ({ rawHeaders }: FetchedRecord): number => rawHeaders?.length ?? 0;

/** The size of a message object and its decoded headers, measured in a heap profile. */
const RECORD_OVERHEAD_BYTES = 4_000;

function defectOf(key: string | undefined, value: Buffer | null, hasHeaders: boolean): Defect | undefined {
  if (value === null || value.length === 0) return { code: 'EMPTY_VALUE', message: 'the record has no value' };
  if (key === undefined || key === '') return { code: 'NO_KEY', message: 'the record has no key, so no order to keep' };
  if (!hasHeaders) return { code: 'NO_HEADERS', message: 'ce_id, ce_source or ce_type is missing or malformed' };
  return undefined;
}
