import type { AvroRecord } from './avro-schema.ts';
import { type FieldsResult, fieldsReader } from './fields/fields-reader.ts';
import { entries, type FieldsByType } from './generated/catalogue.ts';
import type { EventMeta as Meta } from './generated/types/shared.ts';

export type EventType = keyof FieldsByType;
export type FieldsOf<T extends EventType> = FieldsByType[T];
export type EventMeta<T extends EventType = EventType> = Meta & { type: T };
/** The events of a type, or of each of several types. */
export type EventOf<T extends EventType> = T extends EventType ? { meta: EventMeta<T> } & FieldsByType[T] : never;
export type AnyEvent = EventOf<EventType>;

export interface CatalogueEntry<T extends EventType = EventType> {
  readonly type: T;
  readonly topic: string;
  /** The field that the record key is taken from, or the first of several. */
  readonly keyField: string;
  /** All fields that the key may be taken from; the first present wins. */
  readonly keyFields: readonly string[];
  /** The full name of the Avro record. */
  readonly recordName: string;
  /** Where the registry keeps the schema: `<topic>-<record name>`. */
  readonly subject: string;
  /** The self-contained Avro schema, as it is registered. */
  readonly schema: AvroRecord;
  /** The fields of an event as a sender gives them. */
  readonly example: Readonly<Record<string, unknown>>;
}

/** Every event type there is; made from schemas/. */
export const catalogue: { readonly [T in EventType]: CatalogueEntry<T> } = entries;

export const eventTypes = Object.keys(catalogue) as readonly EventType[];

export const topics: readonly string[] = [...new Set(eventTypes.map((type) => catalogue[type].topic))];

export const isEventType = (type: string): type is EventType => Object.hasOwn(catalogue, type);

const readers = new Map(
  eventTypes.map((type) => [type, fieldsReader(catalogue[type].schema, catalogue[type].keyFields)]),
);

/**
 * Makes parsed JSON the fields of an event, in one pass. Takes the schema's names, their snake_case twins and aliases;
 * ISO or Unix times; decimals as text where a number is wanted; null or nothing where a field has a default. What the schema does not
 * know comes back in `extra`, as JSON text, where it was; what breaks the schema comes back as problems, at most 50.
 */
export function readFields<T extends EventType>(
  type: T,
  json: Readonly<Record<string, unknown>>,
): FieldsResult<FieldsOf<T>> {
  const read = readers.get(type);
  if (read === undefined) throw new TypeError(`${type} is not in the catalogue; ask isEventType first.`);
  return read(json) as FieldsResult<FieldsOf<T>>;
}
