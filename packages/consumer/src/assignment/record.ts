import { createHash } from 'node:crypto';
import { type AnyEvent, type EventMeta, identityOf } from '@switchboard/events';
import type { FetchedRecord } from '@switchboard/kafka';
import { readTraceparent } from '@switchboard/tracing';
import type { Outcome } from '../run/attempt.ts';
import { type Headers, RETRY_HEADERS, readHeaders } from './headers.ts';
import type { TrackedOffset } from './offset-tracker.ts';

/** Where an event first stood: in the topic that the ingest wrote it to. */
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
  /** Whether it is still ours; a record of a past assignment is left to the new owner. */
  readonly active: boolean;
  /** In a topic of the chain, the longest that a record may wait there; undefined in a source topic. */
  readonly longestWaitMs: number | undefined;
  /** The record is done, dead or safe in the next topic. */
  settle(record: ConsumedRecord): void;
}

/** How far a record has come in the retry topics. */
export interface RecordPosition {
  /** Epoch ms; 0 in a source topic. */
  readonly dueAt: number;
  /** How often it was forwarded. */
  readonly hop: number;
  /** How often it was redriven from the dead-letter topic. */
  readonly redrive: number;
  /** How many retry topics it has gone through by failures of its own; waiting behind another event does not count. */
  readonly round: number;
  /** How often its handler ran, here and before. */
  attempts: number;
}

/** A record as it was read, with what its headers say until its value is looked into. */
export interface ConsumedRecord {
  readonly from: RecordSource;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  readonly message: FetchedRecord;
  readonly tracked: TrackedOffset;
  readonly bytes: number;
  readonly type: string;
  /** What it is marked as in Redis: the event that its headers name, or its place when its value is not that event. */
  identity: string;
  /** Whether its value is known to be the event that its headers name. */
  isVerified: boolean;
  readonly orderKey: string;
  /** The event of its value, or what becomes of a record that has none for its handler; undefined until it is looked into. */
  reading: AnyEvent | Outcome | undefined;
  readonly origin: Origin;
  readonly position: RecordPosition;
  /** Why it cannot be an event, when its headers already tell. */
  readonly defect: Defect | undefined;
  /** What the spans of all its attempts are children of; a record that came without gets that of its first attempt. */
  traceparent: string | undefined;
  /** When it first came to the head of its orderKey, on the clock of `performance.now()`. */
  offeredAt: number;
  /** When the ingest accepted it, in epoch ms, as its value says; 0 until that is decoded. */
  receivedAt: number;
  /** How often it came to the head and had to wait for something else. */
  waits: number;
  /** Whether it is on its way and has no slot yet. */
  isAhead: boolean;
}

export interface Defect {
  readonly code: 'NO_KEY' | 'NO_HEADERS' | 'EMPTY_VALUE';
  readonly message: string;
}

/** Counts beyond it were not made by the chain. */
const MOST = 1_000_000;
/** Kafka allows no longer ones. */
const TOPIC = /^[\w.-]{1,249}$/;
const LONGEST_NUMBER = 20;

/** No `Date` goes further. */
const LAST_MS = 8.64e15;

/** A whole number that is not negative; of anything else, whatever its length, 0. */
function readNumber(text: Buffer | undefined): number {
  if (text === undefined || text.length > LONGEST_NUMBER) return 0;
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** A time in epoch ms that a `Date` can have; of anything else 0. */
export function readTime(text: Buffer | undefined): number {
  const time = readNumber(text);
  return time > LAST_MS ? 0 : time;
}

/**
 * When a record may run, in epoch ms; 0 in a source topic, where nothing waits. What was written to wait longer than
 * the chain ever asks for does not.
 */
export function readDueAt(
  { longestWaitMs }: Pick<RecordSource, 'longestWaitMs'>,
  text: Buffer | undefined,
  timestamp: number,
): number {
  if (longestWaitMs === undefined) return 0;
  return Math.min(readTime(text), Math.min(timestamp, Date.now()) + longestWaitMs);
}

/** Whether the chain wrote it: only then do the headers of the chain say anything. */
export const isFromRetryTopic = ({ from }: { from: Pick<RecordSource, 'longestWaitMs'> }): boolean =>
  from.longestWaitMs !== undefined;

/** The hop of a record that is forwarded once more. */
export const nextHop = ({ position }: { readonly position: Pick<RecordPosition, 'hop'> }): number =>
  Math.min(position.hop + 1, MOST);

export function readRecord(from: RecordSource, message: FetchedRecord, tracked: TrackedOffset): ConsumedRecord {
  const { timestamp } = message;
  const headers = readHeaders(message);
  const count = (name: string): number => (isFromRetryTopic({ from }) ? Math.min(readNumber(headers[name]), MOST) : 0);

  const origin = originOf(from, headers, tracked.offset, timestamp);
  const attributes = readAttributes(headers);
  const key = message.key?.toString();
  const traceparent = headers.traceparent?.toString();
  const defect = defectOf(key, message.value, attributes !== undefined);
  // What is no event has no identity of its own, and no order to keep: it is known by its place.
  const place = defect === undefined ? '' : placeOf({ origin, key: message.key, value: message.value });

  return {
    from,
    key: message.key,
    value: message.value,
    headers,
    message,
    tracked,
    bytes: (message.value?.length ?? 0) + headerBytes(message) + RECORD_OVERHEAD_BYTES,
    type: headers.ce_type?.toString() ?? '',
    identity: defect === undefined && attributes !== undefined ? identityOf(attributes) : place,
    isVerified: false,
    orderKey: defect === undefined ? `${origin.topic}|${key}` : place,
    reading: undefined,
    origin,
    position: {
      dueAt: readDueAt(from, headers[RETRY_HEADERS.dueAt], Number(timestamp)),
      hop: count(RETRY_HEADERS.hop),
      redrive: count(RETRY_HEADERS.redrive),
      round: count(RETRY_HEADERS.round),
      attempts: count(RETRY_HEADERS.attempt),
    },
    defect,
    traceparent: readTraceparent(traceparent) === undefined ? undefined : traceparent,
    offeredAt: 0,
    receivedAt: 0,
    waits: 0,
    isAhead: false,
  };
}

/**
 * What is known of any record, event or not: where it first stood, and its bytes, since in the chain others can claim
 * the same place. The same all along the chain.
 */
export function placeOf({ origin, key, value }: Pick<ConsumedRecord, 'origin' | 'key' | 'value'>): string {
  const digest = createHash('sha256')
    .update(key ?? '')
    .update('\0')
    .update(value ?? '')
    .digest('base64url');
  return `@${origin.topic}:${origin.partition}:${origin.offset}#${digest.slice(0, 22)}`;
}

/** The chain keeps the partition of its source: where a record stands is where it first stood. */
function originOf(
  { topic, partition, longestWaitMs }: RecordSource,
  headers: Headers,
  offset: number,
  timestamp: string,
): Origin {
  const origin = headers[RETRY_HEADERS.originTopic]?.toString() ?? '';
  if (longestWaitMs === undefined || !TOPIC.test(origin)) return { topic, partition, offset, timestamp };
  const originTimestamp = readTime(headers[RETRY_HEADERS.originTimestamp]);
  return {
    topic: origin,
    partition,
    offset: readNumber(headers[RETRY_HEADERS.originOffset]),
    timestamp: originTimestamp === 0 ? timestamp : String(originTimestamp),
  };
}

/** Whose event it is, as the headers say. Undefined when they do not. */
function readAttributes({ ce_id, ce_type, ce_source }: Headers): Attributes | undefined {
  if (ce_id === undefined || ce_type === undefined || ce_source === undefined) return undefined;
  const [before, tenant, source, ...more] = ce_source.toString().split('/', 5);
  if (before !== '' || !tenant || !source || more.length > 0) return undefined;
  try {
    return {
      tenant: decodeURIComponent(tenant),
      source: decodeURIComponent(source),
      type: ce_type.toString() as Attributes['type'],
      id: ce_id.toString(),
    };
  } catch {
    return undefined;
  }
}

type Attributes = Pick<EventMeta, 'tenant' | 'source' | 'type' | 'id'>;

const headerBytes = ({ rawHeaders }: FetchedRecord): number => rawHeaders?.length ?? 0;

/** A message object with the headers that are read, seen in a heap profile. */
const RECORD_OVERHEAD_BYTES = 4_000;

function defectOf(key: string | undefined, value: Buffer | null, hasHeaders: boolean): Defect | undefined {
  if (value === null || value.length === 0) return { code: 'EMPTY_VALUE', message: 'the record has no value' };
  if (key === undefined || key === '') return { code: 'NO_KEY', message: 'the record has no key, so no order to keep' };
  if (!hasHeaders) return { code: 'NO_HEADERS', message: 'ce_id, ce_source or ce_type is missing or malformed' };
  return undefined;
}
