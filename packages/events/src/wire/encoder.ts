import type { Type } from 'avsc';
import type { EventMeta, EventOf, EventType } from '../catalogue.ts';
import { EventsError } from '../events-error.ts';
import { avroType } from './avro-types.ts';

/** Most events fit; a larger one makes it grow, to the size of the largest. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * The Avro bytes of an event, by our schema of its type. The fields come from `readFields`, or keep to its rules.
 * @throws EventsError INVALID_EVENT naming the wrong fields, never their values
 */
export function encodePayload<T extends EventType>(type: T, event: EventOf<T>): Buffer {
  checkMeta(type, event.meta);
  const avro = avroType(type);
  try {
    let end = avro.encode(event, scratch, 0);
    if (end < 0) {
      scratch = Buffer.allocUnsafeSlow(scratch.length - end);
      end = avro.encode(event, scratch, 0);
    }
    return Buffer.from(scratch.subarray(0, end));
  } catch {
    // avsc's error repeats the value, so it is no cause to hand on.
    throw new EventsError('INVALID_EVENT', `This is no ${type}: ${wrongFields(avro, event)}.`);
  }
}

/** Ids come from senders, and Avro would write a lone surrogate as something else. */
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
