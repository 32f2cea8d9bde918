import assert from 'node:assert/strict';
import { it } from 'node:test';
import { catalogue } from '@switchboard/events';
import { createSampleEvent } from './sample-event.ts';

it('an event of a new domain comes from the shop', () => {
  Object.assign(catalogue['order.created'], { topic: 'billing.invoices' });
  const { source, body } = createSampleEvent('order.created', { orderId: 'order-1' });
  assert.equal(source, 'shop');
  const { event_type, entity_id } = JSON.parse(body) as Record<string, unknown>;
  assert.deepEqual([event_type, entity_id], ['order.created', 'order-1']);
});
