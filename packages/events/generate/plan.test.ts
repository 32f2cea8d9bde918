import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Plan, planOf } from './plan.ts';
import { addReturned, changed, problemsOf, schema, shipped } from './schema-fixtures.ts';

const withoutNumber = (path: string): string => path.replace(/\.\d+\.avsc$/, '.avsc');

test('the schemas of the repository have no mistakes', () => {
  assert.deepEqual(
    problemsOf(() => {}),
    [],
  );
});

test('a new event type takes one schema, one example and one entry', () => {
  const plan = planOf(changed(addReturned)) as Plan;
  assert.deepEqual([...plan.versions.keys()], ['commerce/versions/OrderReturned.1.avsc']);
  assert.match(plan.modules.get('catalogue.ts') ?? '', /'order\.returned': OrderReturned;/);
  assert.match(plan.modules.get('types/commerce.ts') ?? '', /export interface OrderReturned/);
  assert.ok(plan.modules.has('events/order-returned.ts'));
});

test('the event type that the README adds is valid', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../../schemas/README.md'), 'utf8');
  const [schemaText = '', entryText = ''] = [...readme.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => text);
  const problems = problemsOf((files) => {
    files.set('commerce/OrderReturned.avsc', JSON.parse(schemaText));
    Object.assign(files.get('catalogue.json') ?? {}, JSON.parse(`{${entryText}}`));
    files.set('commerce/OrderReturned.example.json', { orderId: 'order-1001', reason: 'Found it cheaper.' });
  });
  assert.deepEqual(problems, []);
});

test('a changed schema becomes the next version, and earlier versions stay', () => {
  const plan = planOf(
    changed((files) => {
      schema(files, shipped).fields.push({ name: 'note', type: ['null', 'double'], default: null, doc: 'A note.' });
    }),
  ) as Plan;
  assert.deepEqual([...plan.versions.keys()].map(withoutNumber), ['commerce/versions/OrderShipped.avsc']);
});

test('a changed shared type creates a new version of every event that contains it', () => {
  const plan = planOf(
    changed((files) => {
      schema(files, 'commerce/OrderItem.avsc').doc = 'A line of an order.';
    }),
  ) as Plan;
  assert.deepEqual([...plan.versions.keys()].map(withoutNumber).sort(), [
    'commerce/versions/InventoryReserved.avsc',
    'commerce/versions/OrderCancelled.avsc',
    'commerce/versions/OrderCreated.avsc',
    'commerce/versions/OrderDelivered.avsc',
    'commerce/versions/OrderShipped.avsc',
    'commerce/versions/PaymentRefunded.avsc',
  ]);
});
