import { type AvroRecord, type AvroSchema, catalogue, type EventType, nullableOf } from '@switchboard/events';

/** A field that an event may lack: its name, and for a field of a record that of the record before it. */
export type OptionalField = readonly [name: string, inner?: string];

/** The fields that an event of this type may lack, and those of its records. */
export function optionalFields(type: EventType): OptionalField[] {
  return catalogue[type].schema.fields.flatMap(({ name, type: schema, default: fallback }): OptionalField[] => {
    const record = recordOf(schema);
    const inner = record?.fields.filter((field) => field.default !== undefined) ?? [];
    const own: OptionalField[] = fallback === undefined ? [] : [[name]];
    return name === 'meta' ? [] : [...own, ...inner.map((field): OptionalField => [name, field.name])];
  });
}

function recordOf(schema: AvroSchema): AvroRecord | undefined {
  const inner = nullableOf(schema) ?? schema;
  return typeof inner === 'object' && 'type' in inner && inner.type === 'record' ? inner : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Whether the field has a value; empty lists and maps count as none. */
export function holds(event: Fields, [name, inner]: OptionalField): boolean {
  const value = event[name];
  if (value === undefined || value === null) return false;
  if (inner !== undefined) {
    const field = (value as Fields)[inner];
    return field !== undefined && field !== null;
  }
  if (typeof value !== 'object') return true;
  if (Array.isArray(value)) return value.length > 0;
  for (const _ in value) return true;
  return false;
}
