import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createRecentTenants } from './recent-tenants.ts';

it('knows the last eight tenants of the last ten minutes', () => {
  let now = 0;
  const recent = createRecentTenants(() => now);
  recent.seen('t0');
  assert.equal(recent.areSeveral, false);
  for (let number = 0; number < 20; number += 1) recent.seen(`t${number % 10}`);
  assert.equal(recent.areSeveral, true);
  assert.deepEqual(recent.list(), ['t2', 't3', 't4', 't5', 't6', 't7', 't8', 't9']);
  now += 599_000;
  recent.seen('t9');
  now += 2_000;
  assert.deepEqual(recent.list(), ['t9']);
});
