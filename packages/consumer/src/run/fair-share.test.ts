import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isBeyondShare } from './fair-share.ts';

const context = { isPaused: false, tenants: ['flood', 'calm'], weightOf: () => 1 };

const record = (shares: Record<string, number>, more: object = {}) => ({
  tenant: 'flood',
  from: {
    ...{ fullness: 'half' as const, longestWaitMs: undefined, shareOf: (tenant: string) => shares[tenant] ?? 0 },
    ...more,
  },
});

describe('a record makes room for other tenants', () => {
  const cases: [string, boolean, boolean][] = [
    ['when its tenant fills the partition', true, isBeyondShare(record({ flood: 0.9, calm: 0.1 }), context)],
    ['also if those behind it were not read yet', true, isBeyondShare(record({ flood: 1 }), context)],
    ['but not while there is room', false, isBeyondShare(record({ flood: 1 }, { fullness: 'roomy' }), context)],
    ['nor for a tenant alone', false, isBeyondShare(record({ flood: 1 }), { ...context, tenants: ['flood'] })],
    ['nor if all have as much', false, isBeyondShare(record({ flood: 0.5, calm: 0.5 }), context)],
    ['nor within its share', false, isBeyondShare(record({ flood: 0.2, calm: 0.1 }), context)],
    ['nor within a larger one', false, isBeyondShare(record({ flood: 0.9 }), { ...context, weightOf: () => 4 })],
    ['nor during a pause', false, isBeyondShare(record({ flood: 1 }), { ...context, isPaused: true })],
    ['nor in a retry topic', false, isBeyondShare(record({ flood: 1 }, { longestWaitMs: 1_000 }), context)],
  ];
  for (const [what, expected, decision] of cases) it(what, () => assert.equal(decision, expected));
});
