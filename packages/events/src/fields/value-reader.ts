import {
  type AvroEnum,
  type AvroRecord,
  type AvroSchema,
  fullName,
  isUnion,
  type Limits,
  nullableOf,
} from '../avro-schema.ts';
import { keyStep, type Unknown, type ValueReader } from './reading.ts';
import { recordReader } from './record-reader.ts';
import { booleanReader, enumReader, numberReader, textReader, timestampReader } from './scalar-readers.ts';

/** Named types by full name, collected during compilation so that later references find them. */
type NamedReaders = Map<string, ValueReader>;

/** Compiles the reader of a self-contained record schema. */
export function compileReader(record: AvroRecord): ValueReader {
  return recordOf(record, new Map());
}

/** The record handles null and absent fields, so a field's reader gets only sent values. */
function recordOf(record: AvroRecord, named: NamedReaders): ValueReader {
  return recordReader(record, (field) => typeReader(nullableOf(field.type) ?? field.type, field, named));
}

function typeReader(schema: AvroSchema, limits: Limits, named: NamedReaders): ValueReader {
  if (typeof schema !== 'string') return complexReader(schema, limits, named);
  switch (schema) {
    case 'string':
      return textReader(limits);
    case 'boolean':
      return booleanReader;
    case 'int':
    case 'long':
    case 'double':
      return numberReader(schema, limits);
    default: {
      const reader = named.get(schema);
      if (reader === undefined) throw new TypeError(`The schema references ${schema} before it defines it.`);
      return reader;
    }
  }
}

function complexReader(type: Exclude<AvroSchema, string>, limits: Limits, named: NamedReaders): ValueReader {
  if (isUnion(type)) throw new TypeError('The only union is the nullable one, on a field.');
  switch (type.type) {
    case 'record':
      return remember(type, recordOf(type, named), named);
    case 'enum':
      return remember(type, enumReader(type), named);
    case 'array':
      return arrayReader(typeReader(type.items, limits, named), limits);
    case 'map':
      return mapReader(typeReader(type.values, limits, named), limits);
    default:
      return type.logicalType === 'timestamp-millis' ? timestampReader : typeReader(type.type, limits, named);
  }
}

function remember(type: AvroRecord | AvroEnum, reader: ValueReader, named: NamedReaders): ValueReader {
  named.set(fullName(type), reader);
  return reader;
}

function arrayReader(read: ValueReader, { maxItems = Number.POSITIVE_INFINITY }: Limits): ValueReader {
  return (value, reading) => {
    if (!Array.isArray(value)) return reading.refuse('must be a list');
    if (value.length > maxItems) return reading.refuse(`must have at most ${maxItems} items`);
    const items = new Array<unknown>(value.length);
    let unknown: (Unknown | null)[] | undefined;
    for (let index = 0; index < value.length && !reading.full; index++) {
      const before = reading.problems.length;
      items[index] = read(value[index], reading);
      if (reading.problems.length > before) reading.locate(`[${index}]`, before);
      if (reading.unknown !== undefined) {
        unknown ??= new Array<null>(value.length).fill(null);
        unknown[index] = reading.takeUnknown() ?? null;
      }
    }
    reading.unknown = unknown;
    return items;
  };
}

function mapReader(read: ValueReader, limits: Limits): ValueReader {
  const { maxEntries = Number.POSITIVE_INFINITY, maxLength = Number.POSITIVE_INFINITY } = limits;
  return (value, reading) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return reading.refuse('must be an object');
    const keys = Object.keys(value);
    if (keys.length > maxEntries) return reading.refuse(`must have at most ${maxEntries} entries`);
    const entries: Record<string, unknown> = {};
    let unknown: Record<string, unknown> | undefined;
    for (const key of keys) {
      if (reading.full) break;
      const before = reading.problems.length;
      // Avro's decoder would lose it: assigning `__proto__` creates no property.
      if (key === '__proto__') reading.refuse('cannot be a key here');
      else if (key.length > maxLength) reading.refuse(`must be a key of at most ${maxLength} characters`);
      else if (!key.isWellFormed()) reading.refuse('must be well-formed Unicode, without lone surrogates');
      else entries[key] = read((value as Record<string, unknown>)[key], reading);
      if (reading.problems.length > before) reading.locate(keyStep(key), before);
      if (reading.unknown !== undefined) {
        unknown ??= Object.create(null) as Record<string, unknown>;
        unknown[key] = reading.takeUnknown();
      }
    }
    reading.unknown = unknown;
    return entries;
  };
}
