import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFailureWatch, slowestTenants } from './tenant-watch.ts';

describe('the worst tenants', () => {
  it('are those with the most failures in the last five minutes, and at most 20', () => {
    let now = 0;
    const watch = createFailureWatch(() => now);
    for (let tenant = 0; tenant < 100; tenant += 1) {
      for (let count = 0; count <= tenant; count += 1) watch.failed(`tenant-${tenant}`);
    }
    watch.failed('');
    assert.equal(watch.worst().length, 20);
    assert.deepEqual(watch.worst()[0], { tenant: 'tenant-99', value: 100 });
    now += 4 * 60_000;
    watch.failed('tenant-99');
    assert.deepEqual(watch.worst()[0], { tenant: 'tenant-99', value: 101 });
    now += 60_000;
    assert.deepEqual(watch.worst(), [{ tenant: 'tenant-99', value: 1 }]);
    now += 10 * 60_000;
    assert.deepEqual(watch.worst(), []);
  });

  it('do not fill the memory, however many tenants fail', () => {
    const watch = createFailureWatch(() => 0);
    for (let tenant = 0; tenant < 50_000; tenant += 1) watch.failed(`tenant-${tenant}`);
    watch.failed('tenant-0');
    assert.deepEqual(watch.worst()[0], { tenant: 'tenant-0', value: 2 });
  });

  it('are those whose oldest unfinished record has waited longest', () => {
    const record = (tenant: string, since: number) => ({ tenant, since });
    const records = [record('acme', 9_000), record('acme', 4_000), record('umbrella', 8_000), record('', 0)];
    assert.deepEqual(slowestTenants([...records, record('later', 20_000)], 10_000), [
      { tenant: 'acme', value: 6 },
      { tenant: 'umbrella', value: 2 },
    ]);
  });
});
