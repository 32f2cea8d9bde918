import avro, { type Type } from 'avsc';
import type { AnyEvent } from '../catalogue.ts';
import { EventsError, type EventsErrorCode } from '../events-error.ts';
import { avroType, typeOfRecord } from './avro-types.ts';
import { byteChecker } from './byte-checker.ts';

/**
 * Compiles a decoder for what was written with `writerSchema`: it reads with our schema, so fields that we do not know
 * are left out and those that the writer did not know have their defaults. Compiling is slow: keep one per schema id.
 * @throws EventsError UNKNOWN_SCHEMA or INCOMPATIBLE_SCHEMA; the decoder throws UNREADABLE, whatever bytes it is given
 */
export function createDecoder(writerSchema: string | object): (payload: Buffer) => AnyEvent {
  const writer = writerType(writerSchema);
  const type = typeOfRecord(writer.name);
  if (type === undefined) {
    throw new EventsError('UNKNOWN_SCHEMA', `No event of the catalogue is a ${writer.name ?? writer.typeName}.`);
  }
  const reader = avroType(type);
  const resolver = attempt('INCOMPATIBLE_SCHEMA', `This version of ${type} cannot be read with ours`, () =>
    reader.createResolver(writer),
  );
  const check = byteChecker(writer);
  return (payload) => {
    let event: AnyEvent;
    try {
      check(payload);
      event = reader.fromBuffer(payload, resolver);
    } catch (error) {
      throw asEventsError('UNREADABLE', `The bytes are no ${type}`, error);
    }
    if (event.meta.type === type) return event;
    throw new EventsError('UNREADABLE', `The record is a ${type}, but its meta.type says something else.`);
  };
}

function writerType(schema: string | object): Type {
  return attempt('UNKNOWN_SCHEMA', "The writer's schema is no Avro schema", () =>
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
