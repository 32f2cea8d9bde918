import avro, { type Type } from 'avsc';
import type { AnyEvent } from '../catalogue.ts';
import { EventsError, type EventsErrorCode } from '../events-error.ts';
import { avroType, typeOfRecord } from './avro-types.ts';
import { byteChecker } from './byte-checker.ts';

/**
 * Compiles a decoder for records written with `writerSchema`. It reads with our schema: fields that ours lacks are
 * dropped, and fields that the writer's lacks get their defaults. Compiling is slow, so keep one per schema id.
 * @throws EventsError UNKNOWN_SCHEMA or INCOMPATIBLE_SCHEMA; the decoder throws UNREADABLE for any invalid bytes
 */
export function createDecoder(writerSchema: string | object): (payload: Buffer) => AnyEvent {
  const writer = writerType(writerSchema);
  const type = typeOfRecord(writer.name);
  if (type === undefined) {
    throw new EventsError('UNKNOWN_SCHEMA', `No event of the catalogue is a ${writer.name ?? writer.typeName}.`);
  }
  const reader = avroType(type);
  const resolver = attempt('INCOMPATIBLE_SCHEMA', `This version of ${type} is incompatible with our schema`, () =>
    reader.createResolver(writer),
  );
  const check = byteChecker(writer);
  return (payload) => {
    let event: AnyEvent;
    try {
      check(payload);
      event = reader.fromBuffer(payload, resolver);
    } catch (error) {
      throw asEventsError('UNREADABLE', `The bytes are not a valid ${type}`, error);
    }
    if (event.meta.type === type) return event;
    throw new EventsError('UNREADABLE', `The record is a ${type}, but its meta.type says something else.`);
  };
}

function writerType(schema: string | object): Type {
  return attempt('UNKNOWN_SCHEMA', "The writer's schema is not an Avro schema", () =>
    avro.Type.forSchema(typeof schema === 'string' ? JSON.parse(schema) : schema),
  );
}

function attempt<R>(code: EventsErrorCode, message: string, run: () => R): R {
  try {
    return run();
  } catch (error) {
    throw asEventsError(code, message, error);
  }
}

function asEventsError(code: EventsErrorCode, message: string, cause: unknown): EventsError {
  if (cause instanceof EventsError) return cause;
  return new EventsError(code, `${message}: ${(cause as Error).message}`, { cause });
}
