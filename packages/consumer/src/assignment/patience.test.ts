import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createPatience } from './patience.ts';

it('ends for all partitions when one has room', async () => {
  const patience = createPatience();
  const partitions = [{ hasRoom: false }, { hasRoom: false }];
  let gone = 0;
  const waits = partitions.map((partition) => patience.until(partition).then(() => gone++));
  patience.look();
  await Promise.resolve();
  assert.equal(gone, 0);
  partitions[1] = Object.assign(partitions[1] ?? {}, { hasRoom: true });
  patience.look();
  await Promise.all(waits);
});

it('ends by itself when no partition gets room', () => createPatience().until({ hasRoom: false }));
