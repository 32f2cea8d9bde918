import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { onEachDatabase } from '../../fixtures/databases.ts';
import { stateMigrations } from './migrations.ts';

const WAITING = 10_000;
const BATCH = 100;

onEachDatabase((databaseOf) => {
  before(() => databaseOf().migrate('flows', stateMigrations));

  it('a step takes as long while 10,000 instances of its flow wait', async () => {
    const step = async (slot: '0' | '1', first: number): Promise<number> => {
      const items = Array.from({ length: BATCH }, (_, item) => ({
        ...{ item, tenant: 'many', flow: 'joined', version: 1, opens: true, needed: 2, within_ms: 3_600_000 },
        ...{ once: 'key', every_ms: null, slot, key: `k-${first + item}`, event: `${slot}-${first + item}`, kept: {} },
      }));
      const startedAt = performance.now();
      await databaseOf().query('SELECT item FROM flows.fill($1::jsonb)', [JSON.stringify(items)]);
      return performance.now() - startedAt;
    };
    const opening: number[] = [];
    for (let first = 0; first < WAITING; first += BATCH) opening.push(await step('0', first));
    const completing: number[] = [];
    for (let first = 0; first < 10 * BATCH; first += BATCH) completing.push(await step('1', first));
    // The fastest of each: a busy machine delays single ones. Looking through all that wait takes 30 times as long.
    assert.ok(Math.min(...completing) <= 8 * Math.min(...opening), `${completing} ms, and ${opening.slice(-10)} ms`);
  });
});
