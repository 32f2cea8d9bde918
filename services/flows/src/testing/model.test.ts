import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { eventOf } from '../../fixtures/events.ts';
import { type Happening, modelOf } from '../../fixtures/model.ts';
import { toyFlow } from '../../fixtures/toy-flow.ts';
import type { Flow } from '../flow/flow.ts';
import { type Arrival, simulate } from './simulation.ts';

const WITHIN_MS = 1_000;
const TYPES = ['payment.confirmed', 'inventory.reserved', 'order.created'] as const;

const flows = fc
  .record({
    kind: fc.constantFrom<Flow['kind']>('all', 'any', 'on'),
    size: fc.integer({ min: 1, max: 3 }),
    once: fc.constantFrom<Flow['once']>('key', 'always'),
  })
  .map(({ kind, size, once }) =>
    toyFlow({ kind, once, withinMs: WITHIN_MS, types: TYPES.slice(0, kind === 'on' ? 1 : size) }),
  );

it('a simulation does what the oracle of the engine says', () => {
  fc.assert(
    fc.property(
      flows.chain((flow) =>
        fc.tuple(
          fc.constant(flow),
          fc.array(
            fc.oneof(
              { weight: 5, arbitrary: fc.tuple(fc.nat(flow.slots.length - 1), fc.constantFrom('1', '2', '3')) },
              { weight: 1, arbitrary: fc.constant('time_out' as const) },
            ),
            { maxLength: 12 },
          ),
        ),
      ),
      ([flow, sequence]) => {
        let at = 0;
        const happenings: Happening[] = [];
        const arrivals: Arrival[] = [];
        for (const one of sequence) {
          if (one === 'time_out') {
            at += WITHIN_MS;
            happenings.push({ kind: 'time_out' });
            continue;
          }
          const [slot, id] = one;
          const type = flow.slots[slot]?.type ?? TYPES[0];
          at += 1;
          happenings.push({ kind: 'event', slot, id });
          arrivals.push({ at, event: eventOf(type, id, { orderId: 'o-1' }) });
        }
        const byType = new Map(flow.slots.map(({ type }) => [type, [flow]]));
        const { effects } = simulate({ flows: [flow], byType }, arrivals, at);
        const outcomes = effects.map(({ effect }) => {
          if (effect.kind !== 'node') return effect.kind;
          const { events } = effect.variables as { events: (string | null)[] };
          return `${effect.node}:${events.map((id) => id ?? '-')}`;
        });
        assert.deepEqual(outcomes, modelOf(flow, happenings));
      },
    ),
    { numRuns: 400 },
  );
});
