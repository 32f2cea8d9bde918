import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CompiledEvent, modulesOf } from './typescript.ts';

const event: CompiledEvent = {
  type: 'order.lost',
  topic: 'commerce.orders',
  internal: false,
  keyFields: ['orderId'],
  schema: {
    type: 'record',
    name: 'OrderLost',
    namespace: 'switchboard.commerce',
    doc: 'A comment that ends early: */ alert(1) /*',
    fields: [
      { name: 'orderId', type: 'string', doc: 'The order.' },
      {
        name: 'finder',
        type: ['null', { type: 'record', name: 'Finder', namespace: 'switchboard.people', doc: 'Who.', fields: [] }],
        default: null,
        doc: 'Who found it.',
      },
      { name: 'again', type: { type: 'array', items: 'switchboard.people.Finder' }, default: [], doc: 'All of them.' },
      { name: 'counts', type: { type: 'map', values: 'long' }, default: {}, doc: 'How often.' },
    ],
  },
  example: JSON.parse('{"orderId":"o","__proto__":{"a":1}}'),
};

const modules = modulesOf([event]);

test('a type of another domain is imported from that domain', () => {
  const text = modules.get('types/commerce.ts') ?? '';
  assert.match(text, /import type \{ Finder \} from '\.\/people\.ts';/);
  assert.match(text, /finder: Finder \| null;/);
  assert.match(text, /again: Finder\[\];/);
  assert.match(text, /counts: Record<string, number>;/);
  assert.match(modules.get('types/people.ts') ?? '', /export interface Finder/);
});

test('a doc cannot end its comment', () => {
  assert.match(modules.get('types/commerce.ts') ?? '', /early: \*\\\/ alert/);
});

test('__proto__ in an example stays a key', () => {
  assert.match(modules.get('events/order-lost.ts') ?? '', /\["__proto__"\]:/);
});
