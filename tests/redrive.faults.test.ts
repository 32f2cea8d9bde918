import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createLetterService } from '@switchboard/cli/fixtures/letter-service';
import { until } from '@switchboard/stack/until';
import { size } from './size.ts';

const COUNT = size(2_000, 10_000);
const RATE = size(200, 500);

it('a redrive lists dead letters quickly, keeps the requested rate, and has one effect each even if killed', async () => {
  await using service = await createLetterService();
  await service.deadLetter(COUNT);
  let listing = Number.POSITIVE_INFINITY;
  // The best of three counts: the machine may stall.
  for (let tries = 0; tries < 3 && listing >= 5_000; tries += 1) {
    const listedAt = performance.now();
    assert.equal((await service.open()).length, COUNT);
    listing = Math.min(listing, performance.now() - listedAt);
  }
  assert.ok(listing < 5_000, `listed in ${listing.toFixed(0)} ms`);

  service.fails = () => {};
  const command = ['dlq', 'redrive', '--service', service.name, '--all', '--rate', String(RATE)];
  const killed = service.spawnOps(...command);
  await until('some events have their effect', () => service.effects.length > COUNT / 4);
  killed.child.kill('SIGKILL');
  assert.equal(await killed.exit, 'SIGKILL');
  const half = (await service.read(`${service.name}.retry.200ms`)).length;
  assert.ok(half < COUNT, 'it was killed halfway');

  const left = (await service.open()).length;
  const { code, document } = await service.ops(...command, '--json');
  assert.deepEqual([code, document.redriven, document.left], [0, left, 0]);
  await until('all events have their effect', () => service.effects.length >= COUNT);
  assert.deepEqual(await service.open(), []);
  assert.equal(service.effects.length, COUNT);
  assert.equal(new Set(service.effects).size, COUNT, 'no effect is repeated');

  const sentAt = (await service.read(`${service.name}.retry.200ms`)).map(({ timestamp }) => timestamp).sort();
  const second = sentAt.slice(half);
  const measured = ((second.length - 1) * 1_000) / ((second.at(-1) ?? 0) - (second[0] ?? 0));
  // A machine that stalls makes it slower, and nothing makes it faster.
  assert.ok(measured < 1.1 * RATE && measured > size(0.5, 0.9) * RATE, `${measured} a second`);
  assert.deepEqual((await service.ops(...command, '--json')).document.redriven, 0, 'nothing is left to do');
});
