import { type AvroField, type AvroRecord, nullableOf } from '../avro-schema.ts';
import { inexactness } from './exactness.ts';
import { namesOf } from './field-names.ts';
import { keyStep, type Reading, type ValueReader } from './reading.ts';

interface FieldReader {
  readonly name: string;
  /** All names that a sender may use; the field's own name first. */
  readonly names: readonly string[];
  readonly read: ValueReader;
  /** The value for null and absent fields, with lists and maps empty; undefined if the field is required. */
  readonly fallback: (() => unknown) | undefined;
}

type Json = Record<string, unknown>;

/**
 * Reads an object as `record`. Reports fields that the record does not declare as unknown, with their path.
 * @param readerOf compiles the reader for a field's values other than null
 */
export function recordReader(record: AvroRecord, readerOf: (field: AvroField) => ValueReader): ValueReader {
  const fields = record.fields.map(
    (field): FieldReader => ({
      name: field.name,
      names: namesOf(field),
      read: readerOf(field),
      fallback: fallbackOf(field),
    }),
  );
  const owners = new Map(fields.flatMap((field) => field.names.map((name) => [name, field] as const)));
  // Filling a copy is faster than adding fields one by one.
  const empty = JSON.parse(JSON.stringify(Object.fromEntries(fields.map(({ name }) => [name, null])))) as Json;
  return (value, reading) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return reading.refuse('must be an object');
    const json = value as Json;
    const result: Json = { ...empty };
    let used = 0;
    let unknown: Json | undefined;
    for (const field of fields) {
      const key = sentName(field, json);
      const sent = key === undefined ? undefined : json[key];
      if (key !== undefined) used++;
      if (sent === undefined || sent === null) {
        if (field.fallback === undefined) reading.refuse('is required', key ?? field.name);
        else result[field.name] = field.fallback();
        continue;
      }
      const before = reading.problems.length;
      result[field.name] = field.read(sent, reading);
      if (reading.problems.length > before) reading.locate(key ?? field.name, before);
      if (reading.unknown !== undefined) {
        unknown ??= Object.create(null) as Json;
        unknown[key as string] = reading.takeUnknown();
      }
    }
    if (used !== countOf(json)) unknown = withUnknownFields(unknown, json, owners, reading);
    reading.unknown = unknown;
    return result;
  };
}

/** How many fields hold something. */
function countOf(json: Json): number {
  let count = 0;
  for (const key in json) if (json[key] !== undefined) count++;
  return count;
}

function fallbackOf(field: AvroField): (() => unknown) | undefined {
  const value = field.default;
  if (nullableOf(field.type) !== undefined) return () => null;
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return () => [];
  return typeof value === 'object' ? () => ({}) : () => value;
}

/** The name under which the field was sent; the first one present wins. */
function sentName(field: FieldReader, json: Json): string | undefined {
  if (json[field.name] !== undefined) return field.name;
  for (let index = 1; index < field.names.length; index++) {
    const name = field.names[index] as string;
    if (json[name] !== undefined) return name;
  }
  return undefined;
}

function withUnknownFields(
  found: Json | undefined,
  json: Json,
  owners: ReadonlyMap<string, FieldReader>,
  reading: Reading,
): Json | undefined {
  let unknown = found;
  for (const key of Object.keys(json)) {
    const owner = owners.get(key);
    if (json[key] === undefined || (owner !== undefined && sentName(owner, json) === key)) continue;
    const problem = inexactness(json[key]);
    if (problem !== undefined) reading.refuse(problem, keyStep(key));
    unknown ??= Object.create(null) as Json;
    unknown[key] = json[key];
  }
  return unknown;
}
