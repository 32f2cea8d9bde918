import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { oneFlow, outcomeOf, sampleEvent } from '../../../fixtures/one-flow.ts';
import { LIMITS } from '../limits.ts';

const FIELDS = {
  ...{ orderId: 'A-1', userId: 'jane', carrier: 'DHL', trackingNumber: null },
  shippedAt: Date.UTC(2027, 0, 31, 12),
  items: [
    { sku: 'lamp', name: 'Lamp', quantity: 2, price: 1249.5 },
    { sku: 'bulb', name: null, quantity: 10, price: 3 },
  ],
};

function rendered(text: string, fields: object = {}): string {
  return allRendered({ en: text }, fields).en as string;
}

function allRendered(texts: Record<string, string>, fields: object = {}): Readonly<Record<string, string>> {
  const flow = oneFlow(`flows: { a: { on: order.shipped, then: { message: { text: ${JSON.stringify(texts)} } } } }`);
  const [effect] = outcomeOf(flow, sampleEvent('order.shipped', { ...FIELDS, ...fields })).effects;
  return effect?.kind === 'message' ? effect.texts : {};
}

describe('a text', () => {
  it('shows expressions, also with braces and quotes', () => {
    assert.equal(rendered('${key + "}"} ${{"a": "b"}["a"]} ${"{"}'), 'A-1} b {');
    assert.equal(rendered('$${key} is ${key}, $5'), '${key} is A-1, $5');
    assert.equal(rendered('${event.items.map(i, i.sku)} of ${key}\nx'), 'lamp, bulb of A-1\nx');
    assert.equal(rendered('${size(event.items) > 1} ${key}'), 'true A-1');
  });

  it('shows numbers and dates as the locale writes them', () => {
    const text = '${event.items[0].price} ${event.shippedAt} ${size(event.items)}\n${key}';
    assert.deepEqual(allRendered({ de: text, en: text, 'en-GB': text }), {
      en: '1,249.5 January 31, 2027 2\nA-1',
      de: '1.249,5 31. Januar 2027 2\nA-1',
      'en-GB': '1,249.5 31 January 2027 2\nA-1',
    });
    assert.equal(rendered('${string(event.shippedAt)}\n${key}'), `${FIELDS.shippedAt}\nA-1`);
  });

  it('has its default locale first, whatever the order in the file', () => {
    assert.deepEqual(Object.keys(allRendered({ zu: 'z', de: 'd', en: 'e', aa: 'a' })), ['en', 'aa', 'de', 'zu']);
  });

  it('leaves out lines whose placeholders have no value', () => {
    const text = 'Order ${key}\nTrack it: ${event.trackingNumber}\n\nby ${event.carrier}';
    assert.equal(rendered(text), 'Order A-1\n\nby DHL');
    assert.equal(rendered(text, { carrier: null }), 'Order A-1');
    assert.equal(rendered(text, { carrier: ' \n\u202E' }), 'Order A-1');
  });

  it('shows values on one line, without controls, and not too long', () => {
    assert.equal(
      rendered('Order ${key} by ${event.carrier}\n${key}', { carrier: 'D\nH\u202EL\0' }),
      'Order A-1 by D HL\nA-1',
    );
    const long = rendered('Order ${key} by ${event.carrier}\n${key}', { carrier: '😀'.repeat(5_000) });
    assert.ok(long.length < 1_100 && long.isWellFormed() && long.includes('…'));
    const many = rendered(`\${key}${'${event.carrier}'.repeat(500)}`.concat('\n${key}'), { carrier: 'x'.repeat(900) });
    assert.ok(many.length <= LIMITS.textLength);
  });
});
