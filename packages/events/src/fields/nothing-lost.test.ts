import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AvroField, type AvroRecord, type AvroSchema, fullName, isUnion, nullableOf } from '../avro-schema.ts';
import { catalogue, type EventType, eventTypes, readFields } from '../catalogue.ts';
import { namesOf } from './field-names.ts';
import { character, sentFields } from './sent-fields.ts';

type Json = Record<string, unknown>;
type Names = ReadonlyMap<string, AvroSchema>;

/**
 * Asserts that every sent key is either in the fields, with its converted value, or unchanged in `extra`, and that
 * neither contains anything else.
 */
function assertNothingLost(record: AvroRecord, sent: Json, fields: Json, extra: unknown, names: Names): void {
  const kept = new Map(Object.entries((extra ?? {}) as Json));
  const used = new Set<string>();
  for (const field of record.fields) {
    const name = namesOf(field).find((one) => sent[one] !== undefined && Object.hasOwn(sent, one));
    const value = name === undefined ? null : sent[name];
    if (name !== undefined) used.add(name);
    if (value === null) assert.deepEqual(fields[field.name], field.default);
    else {
      assertValueKept(nullableOf(field.type) ?? field.type, value, fields[field.name], kept.get(name as string), names);
      kept.delete(name as string);
    }
  }
  for (const key of Object.keys(sent)) {
    if (used.has(key)) continue;
    assert.ok(kept.has(key), `${JSON.stringify(key)} is lost`);
    // As JSON, in which -0 is 0.
    assert.deepEqual(kept.get(key), JSON.parse(JSON.stringify(sent[key])));
    kept.delete(key);
  }
  assert.deepEqual([...kept.keys()], []);
  assert.deepEqual(Object.keys(fields).sort(), record.fields.map(({ name }) => name).sort());
}

function assertValueKept(schema: AvroSchema, sent: unknown, read: unknown, extra: unknown, names: Names): void {
  const type = typeof schema === 'string' ? (names.get(schema) ?? schema) : schema;
  if (typeof type === 'string') assert.deepEqual(read, type === 'string' ? sent : plain(sent));
  else if (isUnion(type)) assert.fail('there are no other unions');
  else if (type.type === 'record') assertNothingLost(type, sent as Json, read as Json, extra, names);
  else if (type.type === 'array') {
    assert.equal((read as unknown[]).length, (sent as unknown[]).length);
    for (const [index, item] of (sent as unknown[]).entries()) {
      assertValueKept(type.items, item, (read as unknown[])[index], (extra as unknown[] | undefined)?.[index], names);
    }
  } else if ('logicalType' in type) assert.equal(read, milliseconds(sent));
  else assert.deepEqual(read, sent);
}

/** Decimals as text become numbers, and -0 becomes 0. */
function plain(sent: unknown): unknown {
  const value = typeof sent === 'string' ? Number(sent) : sent;
  return value === 0 ? 0 : value;
}

function milliseconds(sent: unknown): number {
  if (typeof sent === 'string') return Date.parse(sent);
  return (sent as number) < 1e11 ? Math.round(Math.abs(sent as number) * 1000) : Math.floor(sent as number);
}

function namedTypes(fields: readonly AvroField[], names = new Map<string, AvroSchema>()): Map<string, AvroSchema> {
  for (const field of fields) {
    const type = nullableOf(field.type) ?? field.type;
    const inner = typeof type === 'object' && 'items' in type ? type.items : type;
    if (typeof inner !== 'object' || !('fields' in inner)) continue;
    names.set(fullName(inner), inner);
    namedTypes(inner.fields, names);
  }
  return names;
}

function schemaOf(type: EventType): AvroRecord {
  const { schema } = catalogue[type];
  return { ...schema, fields: schema.fields.filter(({ name }) => name !== 'meta') };
}

for (const type of eventTypes) {
  const schema = schemaOf(type);
  const names = namedTypes(schema.fields);

  test(`fields and extra of ${type} contain exactly what was sent`, () => {
    let accepted = 0;
    fc.assert(
      fc.property(sentFields(schema), (sent) => {
        const read = readFields(type, sent);
        if (!read.ok)
          return assert.ok(
            catalogue[type].keyFields.every((key) => sent[key] === undefined || sent[key] === null),
            JSON.stringify(read.problems),
          );
        accepted++;
        const extra = read.extra === null ? undefined : JSON.parse(read.extra);
        assertNothingLost(schema, sent, { ...read.fields }, extra, names);
      }),
      { numRuns: 300 },
    );
    assert.ok(accepted > 50, `only ${accepted} were accepted`);
  });
}

test('for any JSON, readFields returns all of it or at most 50 problems', () => {
  const json = fc.jsonValue({ stringUnit: character });
  const object = fc.dictionary(fc.string({ unit: character }), json);
  const almost = fc.constantFrom(...eventTypes).chain((type) => {
    const { example } = catalogue[type];
    const key = fc.constantFrom(...Object.keys(example));
    return fc.tuple(
      fc.constant(type),
      fc.tuple(key, json).map(([name, value]) => ({ ...example, [name]: value })),
    );
  });
  fc.assert(
    fc.property(fc.oneof(fc.tuple(fc.constantFrom(...eventTypes), object), almost), ([type, value]) => {
      const sent = JSON.parse(JSON.stringify(value)) as Json;
      const read = readFields(type, sent);
      if (!read.ok) {
        assert.ok(read.problems.length >= 1 && read.problems.length <= 50);
        return;
      }
      const schema = schemaOf(type);
      const extra = read.extra === null ? undefined : JSON.parse(read.extra);
      assertNothingLost(schema, sent, { ...read.fields }, extra, namedTypes(schema.fields));
    }),
    { numRuns: 3000 },
  );
});
