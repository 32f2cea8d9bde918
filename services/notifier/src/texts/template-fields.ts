import type { AvroRecord } from '@switchboard/events';

/** The format of a field: `time` shows a date, `minute` the date, time of day and time zone. */
export type Kind = 'text' | 'number' | 'time' | 'minute';

/** Follows the name of a time that is shown to the minute: `startsAt:minute`. */
const MINUTE = ':minute';

/** The path of a placeholder's field. */
export const pathOf = (placeholder: string): string =>
  placeholder.endsWith(MINUTE) ? placeholder.slice(0, -MINUTE.length) : placeholder;

/** The part of Avro that leads from a path to a field. */
type Schema = string | readonly Schema[] | { readonly type: Schema; readonly [more: string]: unknown };

/** The kind of a field such as `customer.name`. Undefined if the schema has no such field, or it cannot be shown. */
export function kindOf(schema: AvroRecord, placeholder: string): Kind | undefined {
  const path = pathOf(placeholder);
  const named = new Map<string, Schema>();
  collect(schema as unknown as Schema, named);
  let found: Schema | undefined = schema as unknown as Schema;
  for (const name of path.split('.')) {
    const fields = (found as { fields?: readonly { name: string; type: Schema }[] } | undefined)?.fields;
    found = strip(fields?.find((field) => field.name === name)?.type, named);
  }
  const kind = shown(found, named);
  if (path === placeholder) return kind;
  return kind === 'time' ? 'minute' : undefined;
}

/** True if every event of this schema has a value for the field. */
export const isAlwaysThere = (schema: AvroRecord, field: string): boolean =>
  schema.fields.some(({ name, type }) => name === field && !Array.isArray(type) && kindOf(schema, name) !== undefined);

function shown(schema: Schema | undefined, named: ReadonlyMap<string, Schema>): Kind | undefined {
  if (schema === undefined) return undefined;
  const { type, logicalType, items } =
    typeof schema === 'string' ? { type: schema } : (schema as Exclude<Schema, string | readonly Schema[]>);
  if (logicalType === 'timestamp-millis') return 'time';
  if (type === 'int' || type === 'long' || type === 'double') return 'number';
  if (type === 'array') return strip(items as Schema, named) === 'string' ? 'text' : undefined;
  return type === 'string' || type === 'enum' ? 'text' : undefined;
}

/** Removes null from a union, and resolves a named type. */
function strip(schema: Schema | undefined, named: ReadonlyMap<string, Schema>): Schema | undefined {
  const inner = isUnion(schema) ? schema.find((branch) => branch !== 'null') : schema;
  return typeof inner === 'string' ? (named.get(inner) ?? inner) : inner;
}

/** The first mention of a named type defines it, later ones name it in full. */
function collect(schema: Schema, named: Map<string, Schema>): void {
  if (isUnion(schema)) for (const branch of schema) collect(branch, named);
  else if (typeof schema === 'object') {
    const { name, namespace, fields, items, values } = schema as Record<string, unknown>;
    if (typeof name === 'string') named.set(namespace === undefined ? name : `${namespace}.${name}`, schema);
    for (const field of (fields ?? []) as { type: Schema }[]) collect(field.type, named);
    for (const inner of [items, values]) if (inner !== undefined) collect(inner as Schema, named);
  }
}

const isUnion = (schema: Schema | undefined): schema is readonly Schema[] => Array.isArray(schema);
