import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EventType } from '@switchboard/events';
import type { ValueKind } from '@switchboard/ingest/drift';
import { type Proposal, proposalFor } from './proposed-lines.ts';

const proposed = (
  path: string,
  kinds: readonly ValueKind[],
  { type = 'order.created' as EventType, root = 'data' as 'body' | 'data', longest = 16 } = {},
): Proposal | null => proposalFor({ type, path, kinds, longest }, root);

const schemas: readonly (readonly [path: string, kinds: readonly ValueKind[], longest: number, line: string])[] = [
  [
    'couponCode',
    ['string'],
    16,
    '{ "name": "couponCode", "type": ["null", "string"], "default": null, "maxLength": 256, "doc": "…" }',
  ],
  [
    'coupon_code',
    ['string', 'null', 'integer'],
    4096,
    '{ "name": "couponCode", "type": ["null", "string"], "default": null, "maxLength": 4096, "doc": "…" }',
  ],
  ['weight', ['integer', 'number'], 0, '{ "name": "weight", "type": ["null", "double"], "default": null, "doc": "…" }'],
  ['boxes', ['integer'], 0, '{ "name": "boxes", "type": ["null", "long"], "default": null, "doc": "…" }'],
  ['isGift', ['boolean'], 0, '{ "name": "isGift", "type": ["null", "boolean"], "default": null, "doc": "…" }'],
  [
    'packedAt',
    ['time'],
    0,
    '{ "name": "packedAt", "type": ["null", { "type": "long", "logicalType": "timestamp-millis" }], "default": null, "doc": "…" }',
  ],
  [
    'tags[]',
    ['string'],
    16,
    '{ "name": "tags", "type": { "type": "array", "items": "string" }, "default": [], "maxItems": 100, "maxLength": 256, "doc": "…" }',
  ],
  [
    'scores.*',
    ['number'],
    0,
    '{ "name": "scores", "type": { "type": "map", "values": "double" }, "default": {}, "maxEntries": 100, "maxLength": 256, "doc": "…" }',
  ],
];

describe('a field that no event has', () => {
  for (const [path, kinds, longest, line] of schemas) {
    it(`${path} gets a line in the schema`, () =>
      assert.deepEqual(proposed(path, kinds, { longest }), { schema: line, mapping: null }));
  }

  it('is mapped where it stands deeper, or is named otherwise', () => {
    const mappingOf = (path: string, options = {}) => proposed(path, ['string'], options)?.mapping;
    assert.equal(mappingOf('shop.id'), 'fields: { order.created: { shopId: data.shop.id } }');
    assert.equal(mappingOf('gift.wrapColour'), 'fields: { order.created: { wrapColour: data.gift.wrapColour } }');
    assert.equal(
      mappingOf('couponCode', { root: 'body' }),
      'fields: { order.created: { couponCode: body.couponCode } }',
    );
    assert.equal(mappingOf('x-coupon.code-1'), `fields: { order.created: { code1: 'data["x-coupon"]["code-1"]' } }`);
    assert.equal(mappingOf('envelope.shopDomain'), 'fields: { order.created: { shopDomain: body.shopDomain } }');
  });
});

const near: readonly (readonly [path: string, kinds: readonly ValueKind[], type: EventType, line: string])[] = [
  ['buyerName', ['string'], 'order.created', 'customerName: data.buyerName'],
  ['buyer.email', ['string'], 'order.created', 'email: data.buyer.email'],
  ['contact_email', ['string'], 'conversation.escalated', 'customer.email: data.contact_email'],
  ['custmerName', ['string'], 'order.created', 'customerName: data.custmerName'],
  ['amount', ['integer', 'number'], 'order.created', 'total: data.amount'],
];

describe('a field that the event has under another name', () => {
  for (const [path, kinds, type, line] of near) {
    it(`${path} is mapped to it`, () =>
      assert.deepEqual(proposed(path, kinds, { type }), { schema: null, mapping: `fields: { ${type}: { ${line} } }` }));
  }

  it('is ignored where it has the very name, and so is a second copy', () =>
    assert.deepEqual(proposed('email', ['string']), { schema: null, mapping: 'ignore: [data.email]' }));

  it('is not mapped to one that holds other values', () => {
    assert.equal(proposed('amount', ['boolean'])?.mapping, null);
    assert.notEqual(proposed('product.name', ['string'])?.schema, null);
  });
});

it('there is no line for what is always empty, or stands in a list of records', () => {
  assert.equal(proposed('note', ['null']), null);
  assert.equal(proposed('extra', ['object', 'string']), null);
  assert.equal(proposed('lines[].sku', ['string']), null);
  assert.equal(proposed('*', ['string']), null);
});

it('a name is one that a schema may have', () => {
  for (const path of ['constructor', '__proto__', 'Größe', '1st', '$ref', 'email', 'toString']) {
    const { schema } = proposed(path, ['boolean']) ?? {};
    if (typeof schema !== 'string') continue;
    const { name } = JSON.parse(schema);
    assert.match(name, /^[a-z][A-Za-z0-9]*$/);
    assert.ok(!(name in Object.prototype) && name !== 'email', name);
  }
});
