import { EventsError } from '../events-error.ts';

const magic = 0;
export const HEADER_BYTES = 5;

/** The Confluent wire format: a zero byte, the schema id, the Avro bytes. */
export function frame(schemaId: number, payload: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  writeHeader(framed, schemaId);
  payload.copy(framed, HEADER_BYTES);
  return framed;
}

/** Writes what stands in front of the Avro bytes. */
export function writeHeader(framed: Buffer, schemaId: number): void {
  framed[0] = magic;
  framed.writeUInt32BE(schemaId, 1);
}

/**
 * Splits a framed value without copying it.
 * @throws EventsError NOT_FRAMED
 */
export function unframe(value: Buffer): { schemaId: number; payload: Buffer } {
  if (value.length < HEADER_BYTES) {
    throw new EventsError('NOT_FRAMED', `A value of ${value.length} bytes is too short to name its schema.`);
  }
  if (value[0] !== magic) {
    throw new EventsError(
      'NOT_FRAMED',
      `The value starts with byte ${value[0]}, not with the ${magic} of the wire format.`,
    );
  }
  return { schemaId: value.readUInt32BE(1), payload: value.subarray(HEADER_BYTES) };
}
