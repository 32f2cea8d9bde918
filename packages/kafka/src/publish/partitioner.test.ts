import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPartitioner, murmur2 } from './partitioner.ts';

// From org.apache.kafka.common.utils.UtilsTest.
const javaVectors: [string, number][] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];

for (const [key, hash] of javaVectors) {
  test(`murmur2 of «${key}» is Java's`, () => {
    assert.equal(murmur2(Buffer.from(key)), hash);
  });
}

test('a key always gets the same partition, and it is in range', () => {
  const partition = createPartitioner();
  for (let i = 0; i < 1_000; i++) {
    const key = Buffer.from(`tenant:${i}`);
    const chosen = partition('a', key, 12);
    assert.ok(chosen >= 0 && chosen < 12);
    assert.equal(partition('b', key, 12), chosen);
  }
});

test('records without a key go round all partitions, per topic', () => {
  const partition = createPartitioner();
  const a = Array.from({ length: 6 }, () => partition('a', null, 3));
  assert.deepEqual(a, [0, 1, 2, 0, 1, 2]);
  assert.equal(partition('b', null, 3), 0);
});
