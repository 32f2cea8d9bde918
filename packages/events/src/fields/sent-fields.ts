import fc from 'fast-check';
import { type AvroField, type AvroRecord, type AvroSchema, fullName, isUnion, nullableOf } from '../avro-schema.ts';
import { namesOf } from './field-names.ts';

/** Arbitrary sender input for a record, for property tests: any accepted names, with unknown fields anywhere. */
export function sentFields(record: AvroRecord): fc.Arbitrary<Record<string, unknown>> {
  const fields = record.fields.filter(({ name }) => name !== 'meta');
  return sentRecord({ ...record, fields }, new Map());
}

const letters = fc.constantFrom('a', 'Z', ' ', 'é', '語', '🙂', '\0', '"', '\\', '\u2028', '‏');

/** Includes characters of two UTF-16 units, the unit of length limits. */
const textWithin = ({ minLength = 0, maxLength = 80 }: Partial<AvroField>): fc.Arbitrary<string> =>
  fc
    .string({ unit: letters, minLength, maxLength: Math.min(maxLength, 80) })
    .filter(({ length }) => length <= maxLength);

const time = fc.oneof(
  fc
    .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  fc.integer({ min: 0, max: 4e9 }),
  fc.integer({ min: 1e11, max: 2e14 }),
);

const hostileKey = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'meta',
  'hasOwnProperty',
  '',
  '\ud800',
  'x y',
);

/** No backslashes: after an escaped key, V8 misreads other keys that are written with an escape. */
export const character = fc.string({ minLength: 1, maxLength: 1 }).filter((text) => text !== '\\');

/** JSON values as JSON.parse returns them, with exact numbers. */
const json = fc
  .jsonValue({ maxDepth: 4, stringUnit: character })
  .map((value): unknown => JSON.parse(JSON.stringify(value), exact));

const exact = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER) ? 1 : value;

function sentRecord(record: AvroRecord, types: Map<string, AvroRecord>): fc.Arbitrary<Record<string, unknown>> {
  types.set(fullName(record), record);
  const known = fc.tuple(...record.fields.map((field) => sentField(field, types)));
  const unknown = fc.array(fc.tuple(fc.oneof(hostileKey, fc.string({ unit: character })), json), { maxLength: 3 });
  const names = new Set(record.fields.flatMap(namesOf));
  // fromEntries makes `__proto__` an ordinary property, like JSON.parse.
  return fc
    .tuple(known, unknown)
    .map(([entries, others]) => Object.fromEntries([...others.filter(([key]) => !names.has(key)), ...entries.flat()]));
}

/** Some of a field's names; none is possible if the field is optional. */
function sentField(field: AvroField, types: Map<string, AvroRecord>): fc.Arbitrary<[string, unknown][]> {
  const value = sentValue(nullableOf(field.type) ?? field.type, field, types);
  const names = namesOf(field);
  const sent = fc
    .subarray(names, { minLength: 1 })
    .chain((some) => fc.tuple(...some.map((name) => fc.tuple(fc.constant(name), value))));
  if (field.default === undefined) return sent;
  return fc.oneof(
    { weight: 4, arbitrary: sent },
    fc.constant<[string, unknown][]>([]),
    fc.constant<[string, unknown][]>([[field.name, null]]),
  );
}

function sentValue(
  schema: AvroSchema,
  limits: Partial<AvroField>,
  types: Map<string, AvroRecord>,
): fc.Arbitrary<unknown> {
  const { minimum, maximum, pattern } = limits;
  if (typeof schema !== 'string') return complexValue(schema, limits, types);
  switch (schema) {
    case 'string':
      if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u'));
      return textWithin(limits);
    case 'boolean':
      return fc.boolean();
    case 'int':
      return fc.integer({ min: minimum ?? -(2 ** 31), max: maximum ?? 2 ** 31 - 1 });
    case 'long':
      return fc.maxSafeInteger().filter((value) => value >= (minimum ?? -(2 ** 52)) && value < Number.MAX_SAFE_INTEGER);
    case 'double':
      return fc.double({ min: minimum ?? -1e15, max: maximum ?? 1e15, noNaN: true });
    default:
      return sentRecord(types.get(schema) as AvroRecord, types);
  }
}

function complexValue(
  type: Exclude<AvroSchema, string>,
  limits: Partial<AvroField>,
  types: Map<string, AvroRecord>,
): fc.Arbitrary<unknown> {
  if (isUnion(type)) throw new TypeError('The only union is the nullable one, on a field.');
  switch (type.type) {
    case 'record':
      return sentRecord(type, types);
    case 'enum':
      return fc.constantFrom(...type.symbols);
    case 'array':
      return fc.array(sentValue(type.items, limits, types), { maxLength: 3 });
    case 'map': {
      const entry = fc.tuple(
        fc.oneof(textWithin(limits), fc.constant('constructor')),
        sentValue(type.values, limits, types),
      );
      return fc.array(entry, { maxLength: 3 }).map((entries) => Object.fromEntries(entries));
    }
    default:
      return type.logicalType === 'timestamp-millis' ? time : sentValue(type.type, {}, types);
  }
}
