import {
  type AvroRecord,
  type AvroSchema,
  catalogue,
  type EventType,
  fullName,
  isUnion,
  nullableOf,
} from '@switchboard/events';

/** What a field of an event holds, as expressions and texts see it. */
export type FieldKind =
  | { readonly kind: 'string' | 'bool' | 'int' | 'double' | 'time' }
  | { readonly kind: 'list'; readonly items: FieldKind }
  | { readonly kind: 'map'; readonly values: FieldKind }
  | RecordKind;

export interface RecordKind {
  readonly kind: 'record';
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldKind>;
  /** The fields that every such record has. */
  readonly required: ReadonlySet<string>;
}

/** For `compileExpression`: the fields of each record by its name, inner records first. */
export type Records = Record<string, Record<string, string>>;

const known = new Map<EventType, RecordKind>();

/** The fields of an event, `meta` among them. */
export function kindOf(type: EventType): RecordKind {
  const kind = known.get(type) ?? recordKind(catalogue[type].schema, new Map());
  known.set(type, kind);
  return kind;
}

/** The fields that all of the events have, with the same kinds. */
export function commonKind(types: readonly EventType[]): RecordKind {
  const [first, ...others] = [...new Set(types)].map(kindOf) as [RecordKind, ...RecordKind[]];
  if (others.length === 0) return first;
  const isCommon = (name: string, kind: FieldKind): boolean =>
    others.every(({ fields }) => typeOf(fields.get(name)) === typeOf(kind));
  const required = [...first.required].filter((name) => others.every((other) => other.required.has(name)));
  return {
    kind: 'record',
    name: `switchboard.common.${[...new Set(types)].map((type) => type.replace('.', '_')).join('_')}`,
    fields: new Map([...first.fields].filter(([name, kind]) => isCommon(name, kind))),
    required: new Set(required),
  };
}

/** Null stands for an absent field, which expressions do not see. */
function recordKind(schema: AvroRecord, defined: Map<string, RecordKind>): RecordKind {
  const name = fullName(schema);
  const fields = new Map(schema.fields.map((field) => [field.name, fieldKind(field.type, defined)]));
  const required = schema.fields.filter(({ type }) => nullableOf(type) === undefined).map((field) => field.name);
  const kind: RecordKind = { kind: 'record', name, fields, required: new Set(required) };
  defined.set(name, kind);
  return kind;
}

function fieldKind(schema: AvroSchema, defined: Map<string, RecordKind>): FieldKind {
  const held = nullableOf(schema) ?? schema;
  if (typeof held === 'string') return defined.get(held) ?? { kind: SCALARS[held] ?? 'string' };
  if ('fields' in held) return recordKind(held, defined);
  if ('items' in held) return { kind: 'list', items: fieldKind(held.items, defined) };
  if (isUnion(held)) return { kind: 'string' };
  if ('values' in held) return { kind: 'map', values: fieldKind(held.values, defined) };
  if ('logicalType' in held && held.logicalType === 'timestamp-millis') return { kind: 'time' };
  return { kind: 'type' in held ? (SCALARS[held.type] ?? 'string') : 'string' };
}

const SCALARS: Readonly<Record<string, 'string' | 'bool' | 'int' | 'double'>> = {
  string: 'string',
  enum: 'string',
  boolean: 'bool',
  int: 'int',
  long: 'int',
  double: 'double',
};

/** The CEL type of a field. A time is its milliseconds since 1970. */
export function typeOf(kind: FieldKind | undefined): string {
  if (kind === undefined) return 'dyn';
  switch (kind.kind) {
    case 'time':
      return 'int';
    case 'list':
      return `list<${typeOf(kind.items)}>`;
    case 'map':
      return `map<string, ${typeOf(kind.values)}>`;
    case 'record':
      return kind.name;
    default:
      return kind.kind;
  }
}

export function collectRecords(kind: FieldKind, records: Records): void {
  if (kind.kind === 'list') collectRecords(kind.items, records);
  if (kind.kind === 'map') collectRecords(kind.values, records);
  if (kind.kind !== 'record' || Object.hasOwn(records, kind.name)) return;
  for (const field of kind.fields.values()) collectRecords(field, records);
  records[kind.name] = Object.fromEntries([...kind.fields].map(([name, field]) => [name, typeOf(field)]));
}

/** What stands at the path, and whether every such event has it. */
export function fieldAt(
  record: RecordKind,
  path: readonly (string | number)[],
): { readonly kind: FieldKind | undefined; readonly isCertain: boolean } {
  let kind: FieldKind | undefined = record;
  let isCertain = true;
  for (const name of path) {
    if (kind?.kind === 'record' && typeof name === 'string') {
      isCertain &&= kind.required.has(name);
      kind = kind.fields.get(name);
      continue;
    }
    isCertain = false;
    kind = kind?.kind === 'list' ? kind.items : kind?.kind === 'map' ? kind.values : undefined;
  }
  return { kind, isCertain };
}
