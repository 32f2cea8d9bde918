export {
  type AvroEnum,
  type AvroField,
  type AvroRecord,
  type AvroSchema,
  fullName,
  isUnion,
  type Limits,
  nullableOf,
} from './avro-schema.ts';
export {
  type AnyEvent,
  type CatalogueEntry,
  catalogue,
  type EventMeta,
  type EventOf,
  type EventType,
  eventTypes,
  type FieldsOf,
  isEventType,
  isPublicEventType,
  publicEventTypes,
  readFields,
  topics,
} from './catalogue.ts';
export { eventHeaders, identityOf, keyOf } from './envelope.ts';
export { EventsError, type EventsErrorCode } from './events-error.ts';
export { namesOf } from './fields/field-names.ts';
export type { FieldsResult } from './fields/fields-reader.ts';
export type { Problem } from './fields/reading.ts';
export { readTimestamp } from './fields/timestamp.ts';
export type * from './generated/catalogue.ts';
export { editsBetween } from './near-miss/edits-between.ts';
export { nearMiss } from './near-miss/near-miss.ts';
export { createDecoder } from './wire/decoder.ts';
export { encodeFramed, encodePayload } from './wire/encoder.ts';
export { frame, unframe } from './wire/frame.ts';
