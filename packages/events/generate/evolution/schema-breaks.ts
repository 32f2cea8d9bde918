import {
  type AvroEnum,
  type AvroField,
  type AvroRecord,
  type AvroSchema,
  fullName,
  isUnion,
  nullableOf,
} from '../../src/avro-schema.ts';

/**
 * What prevents events of one schema from being read with the other, as sentences that say what to do instead.
 * Stricter than Avro where its rules would silently change an event: a renamed field reads as empty, a removed enum
 * symbol reads as the default, and another logical type reads as another time.
 */
export function schemaBreaks(now: AvroRecord, before: AvroRecord): string[] {
  return typeBreaks(spelledOut(now, new Map()), spelledOut(before, new Map()), '');
}

/** The schema with each named type's definition inlined at every reference. */
function spelledOut(schema: AvroSchema, names: Map<string, AvroSchema>): AvroSchema {
  if (typeof schema === 'string') return names.get(schema) ?? schema;
  if (isUnion(schema)) return schema.map((branch) => spelledOut(branch, names));
  if (schema.type === 'array') return { ...schema, items: spelledOut(schema.items, names) };
  if (schema.type === 'map') return { ...schema, values: spelledOut(schema.values, names) };
  if (schema.type !== 'record' && schema.type !== 'enum') return schema;
  const named =
    schema.type === 'enum'
      ? schema
      : { ...schema, fields: schema.fields.map((field) => ({ ...field, type: spelledOut(field.type, names) })) };
  names.set(fullName(schema), named);
  return named;
}

function typeBreaks(now: AvroSchema, before: AvroSchema, path: string): string[] {
  if (isUnion(now) || isUnion(before)) return nullableBreaks(now, before, path);
  const [kind, kindBefore] = [kindOf(now), kindOf(before)];
  if (kind !== kindBefore) return [`${path} was ${kindBefore} and is now ${kind}; add a new field instead`];
  if (typeof now === 'string' || typeof before === 'string') return [];
  if (now.type === 'record' && before.type === 'record') return recordBreaks(now, before, path);
  if (now.type === 'enum' && before.type === 'enum') return enumBreaks(now, before, path);
  if (now.type === 'array' && before.type === 'array') return typeBreaks(now.items, before.items, `${path}[]`);
  if (now.type === 'map' && before.type === 'map') return typeBreaks(now.values, before.values, `${path}{}`);
  return [];
}

/** A one-word name of a type, including its logical type. */
function kindOf(type: Exclude<AvroSchema, readonly AvroSchema[]>): string {
  if (typeof type === 'string') return type;
  return 'logicalType' in type && type.logicalType !== undefined ? `${type.type} (${type.logicalType})` : type.type;
}

function nullableBreaks(now: AvroSchema, before: AvroSchema, path: string): string[] {
  const [inner, innerBefore] = [nullableOf(now), nullableOf(before)];
  if (inner !== undefined && innerBefore !== undefined) return typeBreaks(inner, innerBefore, path);
  return innerBefore === undefined
    ? [`${path} cannot become nullable, because readers expect a value; add a new field instead`]
    : [`${path} cannot stop being nullable, because existing events lack it; keep it as it was`];
}

function recordBreaks(now: AvroRecord, before: AvroRecord, path: string): string[] {
  if (fullName(now) !== fullName(before)) return [renamed(now, before, path)];
  const prefix = path === '' ? '' : `${path}.`;
  const earlier = new Map(before.fields.map((field) => [field.name, field]));
  const names = new Set(now.fields.map(({ name }) => name));
  const gone = before.fields.filter((field) => !names.has(field.name) && field.default === undefined);
  return [
    ...now.fields.flatMap((field) => {
      const same = earlier.get(field.name);
      if (same !== undefined) return fieldBreaks(field, same, prefix + field.name);
      const alias = field.aliases?.find((name) => earlier.has(name) && !names.has(name));
      return newFieldBreaks(field, prefix, alias);
    }),
    ...gone.map(({ name }) => `${prefix}${name} was required, so readers need it; keep it`),
  ];
}

function fieldBreaks(now: AvroField, before: AvroField, path: string): string[] {
  const breaks = typeBreaks(now.type, before.type, path);
  if (breaks.length === 0 && before.default !== undefined && now.default === undefined) {
    return [`${path} has lost its default, so readers would reject events without it; keep the default`];
  }
  return [...breaks, ...boundBreaks(now, before, path)];
}

const bounds = ['maxLength', 'maxItems', 'maxEntries'] as const;

/** Readers ignore bounds, so only senders are affected. A first bound is allowed: old versions have none. */
function boundBreaks(now: AvroField, before: AvroField, path: string): string[] {
  return bounds.flatMap((bound) => {
    const [given, was] = [now[bound], before[bound]];
    if (given === undefined || was === undefined || given >= was) return [];
    return [`${path} had "${bound}": ${was}, and senders may rely on it; keep it or raise it`];
  });
}

function newFieldBreaks(field: AvroField, prefix: string, alias: string | undefined): string[] {
  if (alias !== undefined) {
    return [`${prefix}${alias} cannot be renamed to ${field.name}, because readers would find it empty; keep both`];
  }
  if (field.default !== undefined) return [];
  const wayOut = 'make it ["null", <type>] with "default": null';
  return [`${prefix}${field.name} is new and required, but existing events lack it; ${wayOut}`];
}

function enumBreaks(now: AvroEnum, before: AvroEnum, path: string): string[] {
  if (fullName(now) !== fullName(before)) return [renamed(now, before, path)];
  const gone = before.symbols.filter((symbol) => !now.symbols.includes(symbol));
  if (gone.length > 0) return [`${path} has lost ${gone.join(', ')}, which existing events contain; keep the symbols`];
  return before.default === undefined && now.symbols.length > before.symbols.length
    ? [`${path} has new symbols, but readers have no default for them; keep the symbols unchanged`]
    : [];
}

const renamed = (now: AvroRecord | AvroEnum, before: AvroRecord | AvroEnum, path: string): string =>
  `${path || 'the record'} was a ${fullName(before)} and is now a ${fullName(now)}; do not rename types`;
