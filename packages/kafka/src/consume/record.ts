import { readTraceparent } from '@switchboard/tracing';
import type { IHeaders, KafkaMessage } from 'kafkajs';
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
  /** The record is done, dead or safe in the next topic. */
  settle(record: ConsumedRecord): void;
}

/** A record as it was read, with what its headers say; the value is not looked into yet. */
export interface ConsumedRecord {
  readonly from: RecordSource;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders | undefined;
  readonly tracked: TrackedOffset;
  readonly bytes: number;
  readonly type: string;
  readonly identity: string;
  readonly lane: string;
  readonly origin: Origin;
  readonly dueAt: number;
  readonly hop: number;
  readonly redrive: number;
  /** How many tiers it has climbed by failures of its own; waiting behind another event does not count. */
  readonly round: number;
  /** How often its handler was run, here and before. */
  attempts: number;
  /** Why it cannot be an event, when its headers already tell. */
  readonly defect: Defect | undefined;
  /** What the spans of all its attempts are children of; a record that came without gets that of its first attempt. */
  traceparent: string | undefined;
  /** When it first came to the head of its lane, on the clock of `performance.now()`. */
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

/** The headers that the chain adds. */
export const CHAIN_HEADERS = {
  attempt: 'retry-attempt',
  round: 'retry-round',
  dueAt: 'retry-due-at',
  hop: 'retry-hop',
  redrive: 'redrive',
  originTopic: 'origin-topic',
  originPartition: 'origin-partition',
  originOffset: 'origin-offset',
  originTimestamp: 'origin-timestamp',
} as const;

export function readRecord(from: RecordSource, message: KafkaMessage, tracked: TrackedOffset): ConsumedRecord {
  const { topic, partition } = from;
  const { headers, timestamp } = message;
  const text = (name: string): string | undefined => headers?.[name]?.toString();
  const number = (name: string): number => {
    const value = Number(text(name) ?? 0);
    return Number.isSafeInteger(value) && value > 0 ? value : 0;
  };

  const originTopic = text(CHAIN_HEADERS.originTopic);
  const origin =
    originTopic === undefined
      ? { topic, partition, offset: tracked.offset, timestamp }
      : {
          topic: originTopic,
          partition: number(CHAIN_HEADERS.originPartition),
          offset: number(CHAIN_HEADERS.originOffset),
          timestamp: text(CHAIN_HEADERS.originTimestamp) ?? timestamp,
        };
  const type = text('ce_type');
  // Holds tenant and source: two of them may use the same ids, and so may two event types.
  const source = text('ce_source');
  const id = text('ce_id');
  const key = message.key?.toString();
  const traceparent = text('traceparent');
  const defect = defectOf(key, message.value, type !== undefined && source !== undefined && id !== undefined);
  // What is no event has no identity of its own, and no order to keep: it is known by its place.
  const place = `@${origin.topic}:${origin.partition}:${origin.offset}`;

  return {
    from,
    key: message.key,
    value: message.value,
    headers,
    tracked,
    bytes: (message.value?.length ?? 0) + RECORD_OVERHEAD_BYTES,
    type: type ?? '',
    identity: defect === undefined ? `${source}:${type}:${id}` : place,
    lane: defect === undefined ? `${origin.topic}|${key}` : place,
    origin,
    dueAt: number(CHAIN_HEADERS.dueAt),
    hop: number(CHAIN_HEADERS.hop),
    redrive: number(CHAIN_HEADERS.redrive),
    round: number(CHAIN_HEADERS.round),
    attempts: number(CHAIN_HEADERS.attempt),
    defect,
    traceparent: readTraceparent(traceparent) === undefined ? undefined : traceparent,
    offeredAt: 0,
    receivedAt: 0,
    waits: 0,
    isAhead: false,
  };
}

/** A message object with its headers, seen in a heap profile. */
const RECORD_OVERHEAD_BYTES = 4_000;

function defectOf(key: string | undefined, value: Buffer | null, hasHeaders: boolean): Defect | undefined {
  if (value === null || value.length === 0) return { code: 'EMPTY_VALUE', message: 'the record has no value' };
  if (key === undefined || key === '') return { code: 'NO_KEY', message: 'the record has no key, so no order to keep' };
  if (!hasHeaders) return { code: 'NO_HEADERS', message: 'the record lacks ce_id, ce_source or ce_type' };
  return undefined;
}
