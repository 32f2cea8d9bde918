import {
  type AvroField,
  type AvroRecord,
  type AvroSchema,
  catalogue,
  type EventType,
  fullName,
  nullableOf,
} from '@switchboard/events';

export type FieldKind = 'text' | 'number' | 'list' | 'other';

/**
 * What a field of an event holds; `['transcript', 'text']` is the text of each item of the transcript.
 * @throws TypeError when the event has no such field.
 */
export function kindOf(type: EventType, path: readonly string[]): FieldKind {
  const { schema } = catalogue[type];
  const records = recordsIn(schema, new Map());
  let record: AvroRecord | undefined = schema;
  let field: AvroField | undefined;
  for (const name of path) {
    field = record?.fields.find((candidate) => candidate.name === name);
    record = field && recordOf(field.type, records);
  }
  if (field === undefined) throw new TypeError(`${type} has no field ${path.join('.')}`);
  const held = nullableOf(field.type) ?? field.type;
  if (held === 'string') return 'text';
  if (held === 'int' || held === 'long' || held === 'double') return 'number';
  return isArray(held) ? 'list' : 'other';
}

const isArray = (schema: AvroSchema) => typeof schema === 'object' && 'type' in schema && schema.type === 'array';

/** The record that the field holds, itself or in a list. */
function recordOf(type: AvroSchema, records: ReadonlyMap<string, AvroRecord>): AvroRecord | undefined {
  const schema = nullableOf(type) ?? type;
  if (typeof schema === 'string') return records.get(schema);
  if ('items' in schema) return recordOf(schema.items, records);
  return 'fields' in schema ? schema : undefined;
}

/** The records that a schema defines, by their full names: a second mention only names them. */
function recordsIn(record: AvroRecord, found: Map<string, AvroRecord>): Map<string, AvroRecord> {
  found.set(fullName(record), record);
  for (const { type } of record.fields) {
    const inner = recordOf(type, found);
    if (inner !== undefined && !found.has(fullName(inner))) recordsIn(inner, found);
  }
  return found;
}
