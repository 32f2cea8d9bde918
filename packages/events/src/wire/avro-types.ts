import avro, { type types as avroTypes, type Schema, type Type } from 'avsc';
import { catalogue, type EventType, eventTypes } from '../catalogue.ts';

const types = new Map<EventType, Type>();
const typesByRecord = new Map(eventTypes.map((type) => [catalogue[type].recordName, type]));

/** The event type of the record with this full name. */
export const typeOfRecord = (recordName: string | undefined): EventType | undefined =>
  recordName === undefined ? undefined : typesByRecord.get(recordName);

/** avsc's type for our schema of an event type; compiled lazily. */
export function avroType(type: EventType): Type {
  let compiled = types.get(type);
  if (compiled === undefined) {
    // avsc's types declare neither this option nor schemas with custom attributes.
    const options = { omitRecordMethods: true } as Parameters<typeof avro.Type.forSchema>[1];
    compiled = avro.Type.forSchema(catalogue[type].schema as unknown as Schema, options);
    makePlain(compiled);
    types.set(type, compiled);
  }
  return compiled;
}

/** Makes avsc decode into plain objects, which compare and print as usual, with its fast constructors. */
function makePlain(type: Type): void {
  switch (type.typeName) {
    case 'record': {
      const record = type as avroTypes.RecordType;
      record.recordConstructor.prototype = Object.prototype;
      for (const field of record.fields) makePlain(field.type);
      break;
    }
    case 'array':
      makePlain((type as avroTypes.ArrayType).itemsType);
      break;
    case 'map':
      makePlain((type as avroTypes.MapType).valuesType);
      break;
    case 'union:unwrapped':
      for (const branch of (type as avroTypes.UnwrappedUnionType).types) makePlain(branch);
      break;
  }
}
