import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AvroField, AvroRecord, AvroSchema } from '../../src/avro-schema.ts';
import { evolutionProblems } from './evolution.ts';

const named = (name: string, fields: AvroField[]): AvroRecord => ({
  type: 'record',
  name,
  namespace: 'switchboard.test',
  fields,
});
const time: AvroSchema = { type: 'long', logicalType: 'timestamp-millis' };
const level = (symbols: string[], fallback?: string): AvroSchema => ({
  type: 'enum',
  name: 'Level',
  namespace: 'switchboard.test',
  symbols,
  ...(fallback === undefined ? {} : { default: fallback }),
});
const optional = (name: string, type: AvroSchema): AvroField => ({ name, type: ['null', type], default: null });

/** Adds the fields to an otherwise unchanged event. */
const event = (...fields: AvroField[]): AvroRecord => named('Happened', [{ name: 'id', type: 'string' }, ...fields]);
const path = 'test/Happened.avsc';

function problemsOf(now: AvroRecord, ...earlier: AvroRecord[]): string[] {
  const kept = earlier.map((schema, index) => {
    return { path: `test/versions/Happened.${index + 1}.avsc`, number: index + 1, schema };
  });
  return evolutionProblems(path, now, kept);
}

const item = (...fields: AvroField[]): AvroSchema => ({ type: 'array', items: named('Item', fields) });
const sku: AvroField = { name: 'sku', type: 'string' };

const allowed: [change: string, now: AvroRecord, before: AvroRecord][] = [
  ['nothing', event(), event()],
  ['a new optional field', event(optional('note', 'string')), event()],
  [
    'a new list that is empty by default',
    event({ name: 'tags', type: { type: 'array', items: 'string' }, default: [] }),
    event(),
  ],
  ['a removed optional field', event(), event(optional('note', 'string'))],
  [
    'fields in another order',
    named('Happened', [optional('note', 'string'), { name: 'id', type: 'string' }]),
    event(optional('note', 'string')),
  ],
  [
    'a new enum symbol where readers have a default',
    event(optional('level', level(['low', 'high', 'top'], 'low'))),
    event(optional('level', level(['low', 'high'], 'low'))),
  ],
  [
    'a new optional field in a nested record',
    event({ name: 'items', type: item(sku, optional('name', 'string')) }),
    event({ name: 'items', type: item(sku) }),
  ],
  [
    'other docs and limits',
    event({ ...optional('score', 'double'), doc: 'New words.', minimum: 0 }),
    event(optional('score', 'double')),
  ],
  ['a first bound', event({ ...optional('note', 'string'), maxLength: 9 }), event(optional('note', 'string'))],
  [
    'a higher bound',
    event({ ...optional('note', 'string'), maxLength: 10 }),
    event({ ...optional('note', 'string'), maxLength: 9 }),
  ],
  [
    'another alias for senders',
    event({ ...optional('userId', 'string'), aliases: ['senderId'] }),
    event(optional('userId', 'string')),
  ],
];

for (const [change, now, before] of allowed) {
  test(`the gate allows ${change}`, () => assert.deepEqual(problemsOf(now, before), []));
}

const refused: [change: string, now: AvroRecord, before: AvroRecord, problem: RegExp][] = [
  [
    'a new required field',
    event({ name: 'note', type: 'string' }),
    event(),
    /note is new and required.*make it \["null", <type>\]/,
  ],
  ['a removed required field', event(), event({ name: 'note', type: 'string' }), /note was required.*keep it/],
  [
    'a required field that becomes nullable',
    event(optional('note', 'string')),
    event({ name: 'note', type: 'string' }),
    /note cannot become nullable/,
  ],
  [
    'a nullable field that becomes required',
    event({ name: 'note', type: 'string' }),
    event(optional('note', 'string')),
    /note cannot stop being nullable/,
  ],
  [
    'a default less',
    event({ name: 'note', type: 'string' }),
    event({ name: 'note', type: 'string', default: '' }),
    /note has lost its default/,
  ],
  [
    'a lower bound of a text',
    event({ ...optional('note', 'string'), maxLength: 9 }),
    event({ ...optional('note', 'string'), maxLength: 10 }),
    /note had "maxLength": 10, and senders may rely on it; keep it or raise it/,
  ],
  [
    'a lower bound of a list in a nested record',
    event(optional('item', named('Item', [{ ...optional('tags', { type: 'array', items: 'string' }), maxItems: 1 }]))),
    event(optional('item', named('Item', [{ ...optional('tags', { type: 'array', items: 'string' }), maxItems: 2 }]))),
    /item\.tags had "maxItems": 2/,
  ],
  [
    'a lower bound of a map',
    event({ name: 'topics', type: { type: 'map', values: 'boolean' }, maxEntries: 1 }),
    event({ name: 'topics', type: { type: 'map', values: 'boolean' }, maxEntries: 2 }),
    /topics had "maxEntries": 2/,
  ],
  [
    'an int that becomes a long',
    event(optional('count', 'long')),
    event(optional('count', 'int')),
    /count was int and is now long/,
  ],
  [
    'a long that becomes a double',
    event(optional('count', 'double')),
    event(optional('count', 'long')),
    /count was long and is now double/,
  ],
  [
    'a string that becomes an enum',
    event(optional('level', level(['low'], 'low'))),
    event(optional('level', 'string')),
    /level was string and is now enum/,
  ],
  [
    'a time that becomes a number',
    event(optional('at', 'long')),
    event(optional('at', time)),
    /at was long \(timestamp-millis\) and is now long/,
  ],
  [
    'a time with another precision',
    event(optional('at', { type: 'long', logicalType: 'timestamp-micros' })),
    event(optional('at', time)),
    /at was long \(timestamp-millis\)/,
  ],
  [
    'a removed enum symbol',
    event(optional('level', level(['low'], 'low'))),
    event(optional('level', level(['low', 'high'], 'low'))),
    /level has lost high/,
  ],
  [
    'a new enum symbol without a default for readers',
    event(optional('level', level(['low', 'high'], 'low'))),
    event(optional('level', level(['low']))),
    /level has new symbols/,
  ],
  [
    'a renamed optional field, even with an alias',
    event({ ...optional('remark', 'string'), aliases: ['note'] }),
    event(optional('note', 'string')),
    /note cannot be renamed to remark/,
  ],
  [
    'a renamed event',
    named('HasHappened', [{ name: 'id', type: 'string' }]),
    event(),
    /the record was a switchboard\.test\.Happened/,
  ],
  [
    'a renamed nested record',
    event(optional('item', named('Part', [sku]))),
    event(optional('item', named('Item', [sku]))),
    /item was a switchboard\.test\.Item/,
  ],
  [
    'a new required field in the records of a list',
    event({ name: 'items', type: item(sku, { name: 'name', type: 'string' }) }),
    event({ name: 'items', type: item(sku) }),
    /items\[\]\.name is new and required/,
  ],
  [
    'another value type in a map',
    event({ name: 'topics', type: { type: 'map', values: 'string' } }),
    event({ name: 'topics', type: { type: 'map', values: 'boolean' } }),
    /topics\{\} was boolean/,
  ],
  [
    'another type at the second reference to a shared one',
    event({ name: 'a', type: named('Item', [sku]) }, { name: 'b', type: 'string' }),
    event({ name: 'a', type: named('Item', [sku]) }, { name: 'b', type: 'switchboard.test.Item' }),
    /b was record and is now string/,
  ],
];

for (const [change, now, before, problem] of refused) {
  test(`the gate refuses ${change} and says what to do`, () => {
    const problems = problemsOf(now, before);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', problem);
    assert.match(problems[0] ?? '', /^schemas\/test\/Happened\.avsc is incompatible with version 1: .*[^.]\.$/);
  });
}

test('the gate compares with every version, not only the newest', () => {
  const problems = problemsOf(event(optional('note', 'int')), event(optional('note', 'string')), event());
  assert.deepEqual(problems, [
    'schemas/test/Happened.avsc is incompatible with version 1: ' +
      'note was string and is now int; add a new field instead.',
  ]);
});

test('the gate refuses a gap in the kept versions', () => {
  const kept = [{ path: 'test/versions/Happened.2.avsc', number: 2, schema: event() }];
  assert.match(evolutionProblems(path, event(), kept).join(), /number 1 is missing/);
});

test('the gate names a kept version that is not a schema', () => {
  const kept = [{ path: 'test/versions/Happened.1.avsc', number: 1, schema: { type: 'nonsense' } }];
  assert.match(evolutionProblems(path, event(), kept).join(), /is incompatible with version 1/);
});
