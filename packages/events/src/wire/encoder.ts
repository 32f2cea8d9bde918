import type { Type } from 'avsc';
import type { EventMeta, EventOf, EventType } from '../catalogue.ts';
import { EventsError } from '../events-error.ts';
import { avroType } from './avro-types.ts';
import { HEADER_BYTES, writeHeader } from './frame.ts';

/** Fits most events. Grows to the size of the largest event. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Encodes an event with our schema of its type. The fields come from `readFields` or follow its rules.
 * @throws EventsError INVALID_EVENT naming the invalid fields, never their values
 */
export const encodePayload = <T extends EventType>(type: T, event: EventOf<T>): Buffer => encodeFrom(0, type, event);

/**
 * Encodes an event in the Confluent wire format, copying it once.
 * @throws EventsError INVALID_EVENT naming the invalid fields, never their values
 */
export function encodeFramed<T extends EventType>(schemaId: number, type: T, event: EventOf<T>): Buffer {
  const framed = encodeFrom(HEADER_BYTES, type, event);
  writeHeader(framed, schemaId);
  return framed;
}

/** Leaves this many bytes in front of the encoded event. */
function encodeFrom<T extends EventType>(start: number, type: T, event: EventOf<T>): Buffer {
  checkMeta(type, event.meta);
  const avro = avroType(type);
  try {
    let end = avro.encode(event, scratch, start);
    if (end < 0) {
      scratch = Buffer.allocUnsafeSlow(scratch.length - end);
      end = avro.encode(event, scratch, start);
    }
    return Buffer.from(scratch.subarray(0, end));
  } catch {
    // avsc's error repeats the value, so it is not passed on as the cause.
    throw new EventsError('INVALID_EVENT', `This is not a valid ${type}: ${wrongFields(avro, event)}.`);
  }
}

/** Senders choose ids, and Avro would silently replace a lone surrogate. */
function checkMeta(type: EventType, meta: EventMeta): void {
  if (meta.type !== type) throw new EventsError('INVALID_EVENT', `The event is a ${meta.type}, not a ${type}.`);
  for (const name of ['id', 'source', 'tenant'] as const) {
    if (typeof meta[name] === 'string' && meta[name] !== '' && meta[name].isWellFormed()) continue;
    throw new EventsError('INVALID_EVENT', `meta.${name} of a ${type} must be well-formed text, and not empty.`);
  }
}

function wrongFields(type: Type, event: object): string {
  const wrong: string[] = [];
  type.isValid(event, {
    errorHook: (path, _value, expected) => wrong.push(`${path.join('.')} is not of type ${expected.typeName}`),
  });
  return wrong.join(', ');
}
