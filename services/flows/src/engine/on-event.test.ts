import assert from 'node:assert/strict';
import { it } from 'node:test';
import { eventOf } from '../../fixtures/events.ts';
import { oneFlow } from '../../fixtures/one-flow.ts';
import type { Filling } from '../state/instances.ts';
import type { EngineDeps, StepContext } from './conclude.ts';
import { onEvent } from './on-event.ts';

it('what is stored of an event has no NUL, which Postgres does not hold', async () => {
  const flow = oneFlow(
    'flows: { a: { all: [payment.confirmed, { inventory.reserved: "true" }], correlate: event.orderId, set: { user.x: payment.email } } }',
  );
  const fillings: Filling[] = [];
  const deps = {
    flows: { taking: () => [{ current: flow, older: [] }], keep: async () => undefined },
    instances: {
      async fill(filling: Filling) {
        fillings.push(filling);
        return { kind: 'nothing' };
      },
    },
  } as unknown as EngineDeps;
  const event = eventOf('payment.confirmed', 'p\0-1', { orderId: 'A\0-1', userId: 'ja\0ne', email: 'j\0@example.org' });
  await onEvent(deps)(event, { skip: assert.fail } as unknown as StepContext);
  assert.equal(fillings.length, 1);
  assert.doesNotMatch(JSON.stringify(fillings), /\\u0000/);
});
