import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import avro, { type Schema } from 'avsc';
import type { AvroField, AvroRecord } from '../avro-schema.ts';
import { catalogue, type EventOf, eventTypes, readFields } from '../catalogue.ts';
import { EventsError, type EventsErrorCode } from '../events-error.ts';
import { createDecoder } from './decoder.ts';

const { schema } = catalogue['order.shipped'];
const meta = {
  id: 'e',
  type: 'order.shipped',
  source: 'shop',
  tenant: 'acme',
  occurredAt: 1,
  receivedAt: 2,
  extra: null,
};
const event = {
  meta,
  orderId: 'o-1',
  trackingNumber: 'T',
  items: [{ sku: 'a', name: null, quantity: 2, price: null }],
};

/** The encoded bytes of a value in any schema, and our decoder for that schema. */
function written(by: AvroRecord, value: unknown): { bytes: Buffer; decode: (bytes: Buffer) => unknown } {
  return {
    bytes: avro.Type.forSchema(by as unknown as Schema).toBuffer(value),
    decode: createDecoder(JSON.stringify(by)),
  };
}

const withFields = (change: (fields: AvroField[]) => AvroField[]): AvroRecord => ({
  ...schema,
  fields: change([...schema.fields]),
});

const throwsCode = (run: () => unknown, code: EventsErrorCode, message = /./) =>
  assert.throws(run, (error) => {
    assert.ok(error instanceof EventsError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });

test('an event of an older writer gets defaults for fields that the writer lacks', () => {
  const older = withFields((fields) => fields.filter(({ name }) => !['carrier', 'items', 'locale'].includes(name)));
  const { bytes, decode } = written(older, event);
  const decoded = decode(bytes) as EventOf<'order.shipped'>;
  assert.equal(decoded.trackingNumber, 'T');
  assert.equal(decoded.carrier, null);
  assert.deepEqual(decoded.items, []);
});

test('an event of a newer writer loses fields that our schema lacks', () => {
  const legs = {
    type: 'array',
    items: {
      type: 'record',
      name: 'Leg',
      namespace: 'switchboard.commerce',
      fields: [{ name: 'from', type: 'string' }],
    },
  };
  const newer = withFields((fields) => [
    ...fields.slice(0, 1),
    { name: 'legs', type: legs, default: [] } as unknown as AvroField,
    ...fields.slice(1),
    { name: 'weights', type: { type: 'map', values: 'double' }, default: {} },
    { name: 'nanos', type: 'long', default: 0 },
  ]);
  const { bytes, decode } = written(newer, {
    ...event,
    legs: [{ from: 'a' }, { from: 'b' }],
    weights: { x: 1 },
    nanos: 5,
  });
  const decoded = decode(bytes) as Record<string, unknown>;
  assert.equal(decoded.orderId, 'o-1');
  assert.deepEqual(
    Object.keys(decoded),
    schema.fields.map(({ name }) => name),
  );
});

test('fields in another order are matched by name', () => {
  const { bytes, decode } = written(
    withFields((fields) => fields.reverse()),
    event,
  );
  assert.equal((decode(bytes) as EventOf<'order.shipped'>).items[0]?.sku, 'a');
});

test('an unknown enum symbol is read as the default', () => {
  const { schema: preference, example } = catalogue['preference.updated'];
  const newer = JSON.parse(JSON.stringify(preference).replace('"weekly"', '"weekly","yearly"'));
  const read = readFields('preference.updated', example);
  assert.ok(read.ok);
  const value = { meta: { ...meta, type: 'preference.updated' }, ...read.fields, digest: 'yearly' };
  const { bytes, decode } = written(newer, value);
  assert.equal((decode(bytes) as EventOf<'preference.updated'>).digest, 'none');
});

for (const type of eventTypes) {
  test(`every kept version of ${type} can be read`, () => {
    const [, domain = '', name] = catalogue[type].recordName.split('.');
    const directory = join(import.meta.dirname, '../../../../schemas', domain, 'versions');
    const versions = readdirSync(directory).filter((file) => file.startsWith(`${name}.`));
    assert.ok(versions.length > 0);
    const read = readFields(type, catalogue[type].example);
    assert.ok(read.ok);
    for (const file of versions) {
      const version = JSON.parse(readFileSync(join(directory, file), 'utf8')) as AvroRecord;
      const { bytes, decode } = written(version, { meta: { ...meta, type }, ...read.fields });
      assert.equal((decode(bytes) as { meta: { type: string } }).meta.type, type);
    }
  });
}

test('a schema outside the catalogue is unknown', () => {
  throwsCode(
    () => createDecoder('{"type":"record","name":"other.Thing","fields":[]}'),
    'UNKNOWN_SCHEMA',
    /other\.Thing/,
  );
  throwsCode(() => createDecoder('"string"'), 'UNKNOWN_SCHEMA');
});

test('a value that is not a schema is unknown', () => {
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '{"type":"nonsense"}',
    '{"type":"record","name":"A","fields":[{"name":"x","type":"B"}]}',
  ]) {
    throwsCode(() => createDecoder(text), 'UNKNOWN_SCHEMA');
  }
});

test('a writer without a field that we require is incompatible', () => {
  const without = withFields((fields) => fields.filter(({ name }) => name !== 'orderId'));
  throwsCode(() => createDecoder(JSON.stringify(without)), 'INCOMPATIBLE_SCHEMA', /order\.shipped is incompatible/);
});

test('an event whose meta names another type is unreadable', () => {
  const { bytes, decode } = written(schema, { ...event, meta: { ...meta, type: 'order.created' } });
  throwsCode(() => decode(bytes), 'UNREADABLE', /meta\.type/);
});
