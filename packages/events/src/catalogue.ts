import type { AvroRecord } from './avro-schema.ts';
import { type FieldsResult, fieldsReader } from './fields/fields-reader.ts';
import { entries, type FieldsByType } from './generated/catalogue.ts';
import type { EventMeta as Meta } from './generated/types/shared.ts';

export type EventType = keyof FieldsByType;
export type FieldsOf<T extends EventType> = FieldsByType[T];
export type EventMeta<T extends EventType = EventType> = Meta & { type: T };
/** The events of one type or of several types. */
export type EventOf<T extends EventType> = T extends EventType ? { meta: EventMeta<T> } & FieldsByType[T] : never;
export type AnyEvent = EventOf<EventType>;

export interface CatalogueEntry<T extends EventType = EventType> {
  readonly type: T;
  readonly topic: string;
  /** The field that provides the record key; the first of several. */
  readonly keyField: string;
  /** All fields that can provide the key; the first one present wins. */
  readonly keyFields: readonly string[];
  /** The full name of the Avro record. */
  readonly recordName: string;
  /** The schema's subject in the registry: `<topic>-<record name>`. */
  readonly subject: string;
  /** The self-contained Avro schema, as registered. */
  readonly schema: AvroRecord;
  /** Example fields as a sender provides them. */
  readonly example: Readonly<Record<string, unknown>>;
  /** Published by Switchboard itself. Ingest does not accept it from senders. */
  readonly internal: boolean;
}

/** All event types; generated from schemas/. */
export const catalogue: { readonly [T in EventType]: CatalogueEntry<T> } = entries;

export const eventTypes = Object.keys(catalogue) as readonly EventType[];

/** The types that senders may send. */
export const publicEventTypes = eventTypes.filter((type) => !catalogue[type].internal);

export const topics: readonly string[] = [...new Set(eventTypes.map((type) => catalogue[type].topic))];

export const isEventType = (type: string): type is EventType => Object.hasOwn(catalogue, type);

export const isPublicEventType = (type: string): type is EventType => isEventType(type) && !catalogue[type].internal;

const readers = new Map(
  eventTypes.map((type) => [type, fieldsReader(catalogue[type].schema, catalogue[type].keyFields)]),
);

/**
 * Converts parsed JSON to the fields of an event in one pass. Accepts the schema's names, their snake_case forms and
 * aliases; ISO or Unix times; decimals as text for numbers; null or a missing value for fields with a default.
 * Returns unknown fields in `extra` as JSON text with their nesting, and schema violations as at most 50 problems.
 */
export function readFields<T extends EventType>(
  type: T,
  json: Readonly<Record<string, unknown>>,
): FieldsResult<FieldsOf<T>> {
  const read = readers.get(type);
  if (read === undefined) throw new TypeError(`${type} is not in the catalogue; call isEventType first.`);
  return read(json) as FieldsResult<FieldsOf<T>>;
}
