/**
 * - `NOT_FRAMED`: the bytes do not begin as the Confluent wire format does
 * - `UNKNOWN_SCHEMA`: the writer's schema is not valid, or not that of an event in the catalogue
 * - `INCOMPATIBLE_SCHEMA`: the writer's schema cannot be read with ours
 * - `UNREADABLE`: the bytes are no record of the writer's schema
 * - `INVALID_EVENT`: the event given to the encoder does not keep to its schema
 */
export type EventsErrorCode = 'NOT_FRAMED' | 'UNKNOWN_SCHEMA' | 'INCOMPATIBLE_SCHEMA' | 'UNREADABLE' | 'INVALID_EVENT';

/** What every function here throws. Messages never repeat values: they may be private. */
export class EventsError extends Error {
  override readonly name = 'EventsError';
  readonly code: EventsErrorCode;

  constructor(code: EventsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
