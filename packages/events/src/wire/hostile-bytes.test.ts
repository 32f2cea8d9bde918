import assert from 'node:assert/strict';
import { test } from 'node:test';
import avro, { type Schema } from 'avsc';
import fc from 'fast-check';
import { catalogue, type EventOf, eventTypes, readFields } from '../catalogue.ts';
import { EventsError } from '../events-error.ts';
import { byteChecker } from './byte-checker.ts';
import { createDecoder } from './decoder.ts';
import { encodePayload } from './encoder.ts';

const type = 'conversation.escalated';
const read = readFields(type, catalogue[type].example);
assert.ok(read.ok);
const meta = { id: 'e', type, source: 's', tenant: 't', occurredAt: 1, receivedAt: 2, extra: null } as const;
const payload = encodePayload(type, { meta, ...read.fields } as EventOf<typeof type>);
const decode = createDecoder(JSON.stringify(catalogue[type].schema));

/** Decodes or throws UNREADABLE. Any other result, and any hang, fails the test. */
function readsOrRefuses(run: (bytes: Buffer) => unknown, bytes: Buffer): void {
  try {
    run(bytes);
  } catch (error) {
    assert.ok(error instanceof EventsError, String(error));
    assert.equal(error.code, 'UNREADABLE');
  }
}

function refuses(run: (bytes: Buffer) => unknown, bytes: Buffer, message: RegExp): void {
  assert.throws(
    () => run(bytes),
    (error) => error instanceof EventsError && error.code === 'UNREADABLE' && message.test(error.message),
  );
}

test('an event truncated at any byte is refused', () => {
  for (let length = 0; length < payload.length; length++) {
    refuses(decode, payload.subarray(0, length), /at byte \d+/);
  }
});

test('bytes after the event are refused', () => {
  refuses(decode, Buffer.concat([payload, Buffer.from([0])]), /1 more bytes follow/);
});

test('random bytes are decoded or refused', () => {
  const decoders = eventTypes.map((one) => createDecoder(catalogue[one].schema));
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.array(fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff)));
  fc.assert(
    fc.property(bytes, (some) => {
      for (const one of decoders) readsOrRefuses(one, Buffer.from(some));
    }),
    { numRuns: 500 },
  );
});

test('an event with changed bytes is decoded or refused', () => {
  const change = fc.tuple(fc.nat(payload.length - 1), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = Buffer.from(payload);
      for (const [at, value] of changes) bytes[at] = value;
      readsOrRefuses(decode, bytes);
    }),
    { numRuns: 5000 },
  );
});

const long = (value: bigint): Buffer => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
};

/** A reader of one field, for handmade bytes. */
function reader(fieldType: Schema): (bytes: Buffer) => unknown {
  const writer = avro.Type.forSchema({ type: 'record', name: 'R', fields: [{ name: 'x', type: fieldType }] });
  const check = byteChecker(writer);
  return (bytes) => {
    check(bytes);
    return (writer.fromBuffer(bytes) as { x: unknown }).x;
  };
}

const strings = reader({ type: 'array', items: 'string' });
const nulls = reader({ type: 'array', items: 'null' });
const map = reader({ type: 'map', values: 'boolean' });
const nothing = Buffer.from([0]);
const endless = Buffer.alloc(4000, 0xff);

const lies: [what: string, run: (bytes: Buffer) => unknown, bytes: Buffer, message: RegExp][] = [
  ['a list that claims 2^40 items', strings, long(2n ** 40n), /claims 1099511627776 items/],
  ['a list of nothing that claims 2^40 items', nulls, Buffer.concat([long(2n ** 40n), nothing]), /claims/],
  ['a list that claims -2^62 items', strings, Buffer.concat([long(-(2n ** 62n)), long(0n), nothing]), /claims/],
  [
    'a block with a negative size',
    strings,
    Buffer.concat([long(-1n), long(-3n), Buffer.from([0, 0])]),
    /claims -3 bytes/,
  ],
  ['a block with a wrong size', strings, Buffer.concat([long(-1n), long(9n), Buffer.from([0, 0])]), /claims 9 bytes/],
  ['a text of 2^50 bytes', reader('string'), long(2n ** 50n), /claims 1125899906842624 bytes/],
  ['a text of -1 bytes', reader('string'), long(-1n), /claims -1 bytes/],
  ['an endless number', reader('long'), endless, /more than 64 bits/],
  ['an endless count', strings, endless, /more than 64 bits/],
  ['an int of 33 bits', reader('int'), long(2n ** 31n), /more than 32 bits/],
  ['a negative long that avsc reads with the wrong sign', reader('long'), long(-(2n ** 52n) - 1n), /below -2\^52/],
  ['an unknown alternative', reader(['null', 'string']), long(2n), /no alternative 2/],
  ['a negative alternative', reader(['null', 'string']), long(-1n), /no alternative -1/],
  ['an unknown symbol', reader({ type: 'enum', name: 'E', symbols: ['A'] }), long(1n), /no alternative 1/],
  ['a boolean that is 2', reader('boolean'), Buffer.from([2]), /not a boolean/],
  [
    'a map with the key __proto__',
    map,
    Buffer.concat([long(1n), long(9n), Buffer.from('__proto__'), Buffer.from([1, 0])]),
    /__proto__/,
  ],
  ['half a double', reader('double'), Buffer.alloc(7), /claims 8 bytes/],
  ['half a fixed', reader({ type: 'fixed', name: 'F', size: 4 }), Buffer.alloc(3), /claims 4 bytes/],
];

for (const [what, run, bytes, message] of lies) {
  test(`${what} is refused at once`, () => refuses(run, bytes, message));
}

const truths: [what: string, run: (bytes: Buffer) => unknown, bytes: Buffer, value: unknown][] = [
  ['a list in two blocks, one with its size', strings, Buffer.from([1, 4, 2, 0x61, 2, 2, 0x62, 0]), ['a', 'b']],
  ['an empty list', strings, nothing, []],
  ['a map in a block with its size', map, Buffer.from([1, 6, 2, 0x61, 1, 0]), { a: true }],
  ['the last safe long but one', reader('long'), long(2n ** 53n - 2n), 2 ** 53 - 2],
  ['the first long that avsc can read', reader('long'), long(-(2n ** 52n)), -(2 ** 52)],
  ['the limits of an int', reader('int'), long(-(2n ** 31n)), -(2 ** 31)],
];

for (const [what, run, bytes, value] of truths) {
  test(`${what} is read`, () => assert.deepEqual(run(bytes), value));
}

test('a skipped field is checked too', () => {
  const { schema } = catalogue[type];
  const extra = { name: 'legs', type: { type: 'array', items: 'string' }, default: [] };
  const newer = createDecoder(JSON.stringify({ ...schema, fields: [...schema.fields, extra] }));
  assert.ok(newer(Buffer.concat([payload, nothing])));
  // avsc skips a block by its size: this one would make it loop forever.
  refuses(newer, Buffer.concat([payload, long(-1n), long(-2n)]), /claims/);
});

test('a record that contains itself is decoded or refused at any depth', () => {
  const { schema } = catalogue[type];
  const node = { type: 'record', name: 'Node', fields: [{ name: 'next', type: ['null', 'Node'], default: null }] };
  const newer = createDecoder(JSON.stringify({ ...schema, fields: [...schema.fields, { name: 'n', type: node }] }));
  assert.ok(newer(Buffer.concat([payload, Buffer.from([2, 2, 0])])));
  readsOrRefuses(newer, Buffer.concat([payload, Buffer.alloc(1_000_000, 2), nothing]));
});
