import { EventsError } from '../events-error.ts';

const magic = 0;
const headerLength = 5;

/** The Confluent wire format: a zero byte, the schema id, the Avro bytes. */
export function frame(schemaId: number, payload: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(headerLength + payload.length);
  framed[0] = magic;
  framed.writeUInt32BE(schemaId, 1);
  payload.copy(framed, headerLength);
  return framed;
}

/**
 * Splits a framed value without copying it.
 * @throws EventsError NOT_FRAMED
 */
export function unframe(value: Buffer): { schemaId: number; payload: Buffer } {
  if (value.length < headerLength) {
    throw new EventsError('NOT_FRAMED', `A value of ${value.length} bytes is too short to name its schema.`);
  }
  if (value[0] !== magic) {
    throw new EventsError(
      'NOT_FRAMED',
      `The value starts with byte ${value[0]}, not with the ${magic} of the wire format.`,
    );
  }
  return { schemaId: value.readUInt32BE(1), payload: value.subarray(headerLength) };
}
