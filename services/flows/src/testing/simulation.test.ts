import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnyEvent } from '@switchboard/events';
import fc from 'fast-check';
import { loadFlows } from '../flow/load-flows.ts';
import { type Arrival, type Simulated, simulate } from './simulation.ts';

const TYPES = ['payment.confirmed', 'inventory.reserved', 'order.shipped', 'message.received'];
const WITHIN_MS = 1_800_000;

const load = (once: string, size = 3, more = '') =>
  loadFlows([
    {
      path: 'a.yaml',
      text: `flows:
  a:
    all: [${TYPES.slice(0, size).join(', ')}]
    correlate: ${size > 3 ? '[event.meta.source]' : 'event.orderId'}
    within: 30m
    set: { user.state: '"done"' }
    then: { node: then }
    otherwise: [{ node: otherwise }, { set: { user.state: '"late"' } }]
    ${once}
${more}`,
    },
  ]);

const arrival = (at: number, type: string, id = type, orderId = 'A-1'): Arrival => ({
  at,
  event: {
    meta: { id, type, source: 's', tenant: 'acme', occurredAt: at, receivedAt: at, extra: null, hops: null },
    ...{ orderId, userId: 'jane', items: [] },
  } as unknown as AnyEvent,
});

const nodes = ({ effects }: Simulated): string[] =>
  effects.map(({ at, effect }) => `${at} ${effect.kind === 'node' ? effect.node : effect.kind}`);

it('N events in any order, with duplicates: exactly one of then and otherwise, once, at its time', () => {
  const happening = fc.record({
    type: fc.nat(2),
    at: fc.nat(2 * WITHIN_MS),
    again: fc.array(fc.nat(2 * WITHIN_MS), { maxLength: 2 }),
  });
  const flows = load('once: key');
  fc.assert(
    fc.property(fc.array(happening, { minLength: 1, maxLength: 8 }), (happenings) => {
      const arrivals = happenings.flatMap(({ type, at, again }, index) =>
        [at, ...again].map((time) => arrival(time, TYPES[type] as string, `e-${index}`)),
      );
      const first = Math.min(...arrivals.map(({ at }) => at));
      const firstOf = [0, 1, 2].map((type) =>
        Math.min(...arrivals.filter(({ event }) => event.meta.type === TYPES[type]).map(({ at }) => at)),
      );
      const isFull = Math.max(...firstOf) < first + WITHIN_MS;
      const expected = isFull ? `${Math.max(...firstOf)} then` : `${first + WITHIN_MS} otherwise`;
      const simulated = simulate(flows, arrivals);
      assert.deepEqual(nodes(simulated), [expected]);
      assert.deepEqual(
        simulated.variables.map(({ value }) => value),
        [isFull ? 'done' : 'late'],
      );
      assert.equal(simulated.waiting.length, 0);
      assert.deepEqual(nodes(simulate(flows, [...arrivals, ...arrivals])), [expected]);
    }),
    { numRuns: 500 },
  );
});

describe('a key that has had its outcome', () => {
  const set = (at: number, id: string): Arrival[] =>
    TYPES.slice(0, 2).map((type) => arrival(at, type, `${type}-${id}`));

  it('starts over without once, not at all with once: key, and after the time of once', () => {
    const arrivals = [...set(0, '1'), ...set(1_000, '2'), ...set(3_700_000, '3')];
    assert.deepEqual(nodes(simulate(load('', 2), arrivals)), ['0 then', '1000 then', '3700000 then']);
    assert.deepEqual(nodes(simulate(load('once: key', 2), arrivals)), ['0 then']);
    assert.deepEqual(nodes(simulate(load('once: 1h', 2), arrivals)), ['0 then', '3700000 then']);
  });

  it('waits again for the others when an event comes after the time-out', () => {
    const arrivals = [arrival(0, 'payment.confirmed'), arrival(2_000_000, 'inventory.reserved')];
    const { effects, waiting } = simulate(load('', 2), arrivals, 2_100_000);
    assert.equal(effects.length, 1);
    assert.deepEqual(
      waiting.map(({ round, dueAt }) => [round, dueAt]),
      [[2, 2_000_000 + WITHIN_MS]],
    );
  });
});

it('an event that a flow publishes reaches the flows that wait for it, with the hops counted', () => {
  const flows = loadFlows([
    {
      path: 'a.yaml',
      text: `flows:
  a: { on: order.shipped, then: { event: { type: order.delivered, fields: { orderId: key, userId: event.userId } } } }
  b: { on: order.delivered, then: [{ node: b }, { event: { type: order.cancelled, fields: { orderId: key } } }] }`,
    },
  ]);
  const { effects, steps } = simulate(flows, [arrival(5, 'order.shipped')]);
  assert.deepEqual(
    effects.map(({ flow, effect }) => [flow, effect.kind, effect.kind === 'event' ? effect.hops : undefined]),
    [
      ['a', 'event', 1],
      ['b', 'node', undefined],
      ['b', 'event', 2],
    ],
  );
  assert.equal(steps.length, 3);
});

it('the newest event time wins a variable, and null removes it', () => {
  const flows = loadFlows([
    {
      path: 'a.yaml',
      text: `flows:
  a: { on: order.shipped, set: { user.x: event.meta.id } }
  b: { on: order.delivered, set: { user.x: null } }`,
    },
  ]);
  const late = arrival(9, 'order.shipped', 'late');
  (late.event.meta as { occurredAt: number }).occurredAt = 1;
  const values = (...arrivals: Arrival[]) => simulate(flows, arrivals).variables.map(({ value }) => value);
  assert.deepEqual(values(arrival(5, 'order.shipped', 'new'), late), ['new']);
  assert.deepEqual(values(arrival(5, 'order.shipped', 'new'), arrival(6, 'order.delivered')), []);
});
