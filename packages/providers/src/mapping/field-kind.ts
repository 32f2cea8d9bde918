import {
  type AvroField,
  type AvroRecord,
  type AvroSchema,
  catalogue,
  type EventType,
  fullName,
  nullableOf,
} from '@switchboard/events';

export type FieldKind = 'text' | 'number' | 'boolean' | 'list' | 'other';

/**
 * What a field of an event holds; `['transcript', 'text']` is the text of each item of the transcript.
 * @throws TypeError when the event has no such field.
 */
export function kindOf(type: EventType, path: readonly string[]): FieldKind {
  const { schema } = catalogue[type];
  const records = recordsOf(type);
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
  if (held === 'boolean') return 'boolean';
  return isArray(held) ? 'list' : 'other';
}

const known = new Map<EventType, ReadonlyMap<string, AvroRecord>>();

function recordsOf(type: EventType): ReadonlyMap<string, AvroRecord> {
  const records = known.get(type) ?? recordsIn(catalogue[type].schema, new Map());
  known.set(type, records);
  return records;
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

/** The value as a plain path moves it; undefined when the field cannot hold it. Many senders write ids as numbers. */
export function usableAs(kind: FieldKind): (value: unknown) => unknown {
  switch (kind) {
    case 'text':
      return (value) => {
        if (typeof value === 'string') return value;
        return Number.isSafeInteger(value) ? String(value) : undefined;
      };
    case 'number':
      return (value) => (typeof value === 'number' || typeof value === 'string' ? value : undefined);
    case 'list':
      return (value) => (Array.isArray(value) ? value : undefined);
    default:
      return (value) => value;
  }
}

const FITTING: Readonly<Record<Exclude<FieldKind, 'other'>, readonly string[]>> = {
  text: ['string', 'int', 'uint', 'double'],
  number: ['int', 'uint', 'double', 'string'],
  boolean: ['bool'],
  list: [],
};

/** Whether a field may hold what an expression of this CEL type computes. */
export function fits(kind: FieldKind, type: string): boolean {
  if (type === 'dyn' || kind === 'other') return true;
  return type.startsWith('list') ? kind === 'list' : FITTING[kind].includes(type);
}
