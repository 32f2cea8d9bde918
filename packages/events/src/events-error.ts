/**
 * - `NOT_FRAMED`: the bytes do not start with the Confluent wire format
 * - `UNKNOWN_SCHEMA`: the writer's schema is not a schema or not an event of the catalogue
 * - `INCOMPATIBLE_SCHEMA`: the writer's schema is incompatible with ours
 * - `UNREADABLE`: the bytes are not a record of the writer's schema
 * - `INVALID_EVENT`: the event to encode violates its schema
 */
export type EventsErrorCode = 'NOT_FRAMED' | 'UNKNOWN_SCHEMA' | 'INCOMPATIBLE_SCHEMA' | 'UNREADABLE' | 'INVALID_EVENT';

/** The error that every function here throws. Messages never repeat values, which may be private. */
export class EventsError extends Error {
  override readonly name = 'EventsError';
  readonly code: EventsErrorCode;

  constructor(code: EventsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
