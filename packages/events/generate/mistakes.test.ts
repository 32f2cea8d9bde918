import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addReturned,
  type Change,
  entry,
  field,
  type Json,
  problemsOf,
  returned,
  schema,
  shipped,
} from './schema-fixtures.ts';

const mistakes: [mistake: string, change: Change, problem: RegExp][] = [
  ['no catalogue', (files) => files.delete('catalogue.json'), /schemas\/catalogue\.json must be a JSON object/],
  [
    'an entry that is not an object',
    (files) => Object.assign(files.get('catalogue.json') as Json, { 'a.b': 1 }),
    /catalogue\.json: a\.b: must be an object/,
  ],
  [
    'an entry without its schema',
    (files) => files.delete(shipped),
    /order\.shipped: there is no file schemas\/commerce\/OrderShipped\.avsc/,
  ],
  [
    'an entry without its example',
    (files) => files.delete('commerce/OrderShipped.example.json'),
    /there is no file schemas\/commerce\/OrderShipped\.example\.json/,
  ],
  [
    'a misspelt attribute of an entry',
    (files) => Object.assign(entry(files, 'order.shipped'), { topics: 'x' }),
    /order\.shipped: topics is unknown; an entry has schema, topic, key, example/,
  ],
  ['no topic', (files) => delete entry(files, 'order.shipped').topic, /order\.shipped: topic must be/],
  [
    'an unusual topic',
    (files) => Object.assign(entry(files, 'order.shipped'), { topic: 'Orders!' }),
    /topic must be lower-case words/,
  ],
  [
    'an unusual event type',
    (files) => Object.assign(files.get('catalogue.json') as Json, { OrderShipped: entry(files, 'order.shipped') }),
    /OrderShipped: an event type is lower-case words/,
  ],
  ['no key', (files) => delete entry(files, 'order.shipped').key, /order\.shipped: key must name the field/],
  [
    'a key that is not a field',
    (files) => Object.assign(entry(files, 'order.shipped'), { key: 'id' }),
    /the key of order\.shipped is id, but the field does not exist/,
  ],
  [
    'a key that is not a text',
    (files) => Object.assign(entry(files, 'order.shipped'), { key: ['orderId', 'shippedAt'] }),
    /shippedAt is a key of order\.shipped, so it must be a string/,
  ],
  [
    'an only key that may be absent',
    (files) => Object.assign(entry(files, 'message.received'), { key: 'userId' }),
    /userId is the only key of message\.received, so it must be required/,
  ],
  [
    'a schema without an entry',
    (files) => void delete (files.get('catalogue.json') as Json)['order.shipped'],
    /schemas\/commerce\/OrderShipped\.avsc is in no entry of schemas\/catalogue\.json/,
  ],
  [
    'versions without an event',
    (files) => {
      files.delete(shipped);
      delete (files.get('catalogue.json') as Json)['order.shipped'];
    },
    /\d+ of its versions are kept: restore it/,
  ],
  [
    'a schema for two event types',
    (files) => Object.assign(files.get('catalogue.json') as Json, { 'order.sent': entry(files, 'order.shipped') }),
    /order\.sent and order\.shipped share/,
  ],
  [
    'a schema whose name differs from its file',
    (files) => Object.assign(schema(files, shipped), { name: 'Shipped' }),
    /schemas\/commerce\/OrderShipped\.avsc must have "name": "OrderShipped"/,
  ],
  [
    'a schema whose name differs from its event type',
    (files) => {
      addReturned(files);
      const all = files.get('catalogue.json') as Json;
      all['order.dropped'] = all['order.returned'];
      delete all['order.returned'];
    },
    /the schema of order\.dropped must be called OrderDropped/,
  ],
  [
    'an example that breaks its schema',
    (files) => Object.assign(files.get('commerce/OrderShipped.example.json') as Json, { orderId: 7 }),
    /OrderShipped\.example\.json: orderId must be a string/,
  ],
  [
    'an example with unknown fields',
    (files) => Object.assign(files.get('commerce/OrderShipped.example.json') as Json, { size: 'L' }),
    /does not declare: \{"size":"L"\}/,
  ],
  [
    'an example that is a list',
    (files) => files.set('commerce/OrderShipped.example.json', [] as never),
    /must be a JSON object: the fields of one event/,
  ],
  ['no meta', (files) => schema(files, shipped).fields.shift(), /the first field must be \{ "name": "meta"/],
  ['no fields', (files) => delete (schema(files, shipped) as Json).fields, /OrderShipped needs a list of fields/],
  [
    'an unknown type',
    (files) => Object.assign(field(files, shipped, 'items'), { type: { type: 'array', items: 'OrderLine' } }),
    /OrderShipped\.avsc: there is no type "OrderLine": use string, .*switchboard\.commerce\.OrderItem/,
  ],
  [
    'an unknown complex type',
    (files) => Object.assign(field(files, shipped, 'items'), { type: { type: 'set' } }),
    /\{"type":"set"\} is not a type that events may use/,
  ],
  [
    'a type that is a number',
    (files) => Object.assign(field(files, shipped, 'items'), { type: 7 }),
    /a type must be a name, an object/,
  ],
  [
    'floats',
    (files) => Object.assign(field(files, 'commerce/OrderItem.avsc', 'price'), { type: ['null', 'float'] }),
    /OrderItem\.avsc: float loses digits/,
  ],
  [
    'bytes',
    (files) => Object.assign(field(files, shipped, 'carrier'), { type: ['null', 'bytes'] }),
    /JSON has no bytes/,
  ],
  [
    'another logical type',
    (files) =>
      Object.assign(field(files, shipped, 'shippedAt'), {
        type: ['null', { type: 'long', logicalType: 'timestamp-micros' }],
      }),
    /is not a type that events may use/,
  ],
  [
    'a wide union',
    (files) => Object.assign(field(files, shipped, 'carrier'), { type: ['null', 'string', 'int'] }),
    /the only union that events may use/,
  ],
  [
    'items that may be null',
    (files) => Object.assign(field(files, shipped, 'items'), { type: { type: 'array', items: ['null', 'string'] } }),
    /the items of arrays cannot be nullable/,
  ],
  [
    'a nullable field without its default',
    (files) => delete field(files, shipped, 'carrier').default,
    /field carrier: a nullable field needs "default": null/,
  ],
  [
    'a null default where null is not allowed',
    (files) => Object.assign(field(files, shipped, 'items'), { default: null }),
    /field items: cannot be null by default/,
  ],
  [
    'a default of another type',
    (files) => Object.assign(field(files, shipped, 'items'), { default: 'none' }),
    /incompatible field default/,
  ],
  [
    'a default that is not empty',
    (files) => Object.assign(field(files, shipped, 'items'), { default: ['x'] }),
    /must be empty/,
  ],
  [
    'a misspelt limit',
    (files) => Object.assign(field(files, 'chat/ConversationEscalated.avsc', 'confidence'), { minimun: 0 }),
    /field confidence: cannot have minimun; its type allows .*minimum/,
  ],
  [
    'a limit of another type',
    (files) => Object.assign(field(files, shipped, 'carrier'), { minimum: 0 }),
    /field carrier: cannot have minimum/,
  ],
  [
    'a limit that is not a number',
    (files) => Object.assign(field(files, shipped, 'carrier'), { maxLength: '9' }),
    /maxLength must be a whole number above 0/,
  ],
  [
    'an invalid pattern',
    (files) => Object.assign(field(files, shipped, 'carrier'), { pattern: '(' }),
    /pattern must be a regular expression/,
  ],
  ['a field without a doc', (files) => delete field(files, shipped, 'carrier').doc, /field carrier: needs a "doc"/],
  ['a record without a doc', (files) => delete (schema(files, shipped) as Json).doc, /OrderShipped needs a "doc"/],
  [
    'a name in snake_case',
    (files) => Object.assign(field(files, shipped, 'carrier'), { name: 'carrier_name' }),
    /"carrier_name" must be in camelCase/,
  ],
  [
    'a name that every object already has',
    (files) => Object.assign(field(files, shipped, 'carrier'), { name: 'valueOf' }),
    /every JavaScript object already has "valueOf"/,
  ],
  [
    'a name twice',
    (files) => Object.assign(field(files, shipped, 'carrier'), { name: 'userId' }),
    /"userId" is already a name of userId/,
  ],
  [
    'an alias that is another field',
    (files) => Object.assign(field(files, shipped, 'carrier'), { aliases: ['userId'] }),
    /"userId" is already a name of/,
  ],
  [
    'an attribute that Avro does not know',
    (files) => Object.assign(schema(files, shipped), { version: 2 }),
    /version is not allowed in a type that is record/,
  ],
  [
    'a record that contains itself',
    (files) =>
      schema(files, 'commerce/OrderItem.avsc').fields.push({
        name: 'parts',
        type: { type: 'array', items: 'OrderItem' },
        default: [],
        doc: 'Parts.',
      }),
    /switchboard\.commerce\.OrderItem contains itself/,
  ],
  [
    'an enum without a default',
    (files) =>
      void delete ((field(files, 'people/PreferenceUpdated.avsc', 'digest').type as Json[])[1] as Json).default,
    /DigestFrequency needs a "default" from its symbols/,
  ],
  [
    'a type defined in two files',
    (files) => Object.assign(field(files, shipped, 'carrier'), { type: ['null', { ...returned, name: 'OrderItem' }] }),
    /schemas\/commerce\/\w+\.avsc already defines OrderItem/,
  ],
  [
    'a type of another domain with the same name',
    (files) =>
      files.set('ops/Customer.avsc', { ...(files.get('chat/Customer.avsc') as Json), namespace: 'switchboard.ops' }),
    /ops\/Customer\.avsc is in no entry/,
  ],
  [
    'a type of another domain with the same name in use',
    (files) => {
      files.set('ops/Customer.avsc', { ...(files.get('chat/Customer.avsc') as Json), namespace: 'switchboard.ops' });
      schema(files, 'ops/IncidentOpened.avsc').fields.push({
        name: 'customer',
        type: ['null', 'Customer'],
        default: null,
        doc: 'Who.',
      });
    },
    /schemas\/chat\/Customer\.avsc already defines Customer/,
  ],
  [
    'a schema in a nested folder',
    (files) => files.set('ops/sub/Thing.avsc', structuredClone(returned)),
    /ops\/sub\/Thing\.avsc is nested too deeply/,
  ],
  [
    'an event schema outside a domain',
    (files) => Object.assign(entry(files, 'order.shipped'), { schema: 'EventMeta.avsc' }),
    /schema must be a path in schemas\/ like/,
  ],
  [
    'a version without a number',
    (files) => files.set('ops/versions/IncidentOpened.avsc', {}),
    /must be called <Name>\.<number>\.avsc/,
  ],
  [
    'a change that breaks an earlier version',
    (files) => Object.assign(field(files, shipped, 'orderId'), { name: 'order' }),
    /OrderShipped\.avsc is incompatible with version 1: orderId was required/,
  ],
];

for (const [mistake, change, problem] of mistakes) {
  test(`${mistake}: the report names the file and a fix`, () => {
    const problems = problemsOf(change);
    assert.ok(
      problems.some((text) => problem.test(text)),
      `${problem} is not among\n${problems.join('\n')}`,
    );
    for (const text of problems) assert.match(text, /^schemas\/.+\.$/);
    assert.equal(new Set(problems).size, problems.length);
  });
}
