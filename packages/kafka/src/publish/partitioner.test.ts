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

// From the Java client 4.3: `Utils.murmur2`, and `BuiltInPartitioner.partitionForKey` for 6, 48 and 1,000 partitions.
const javaPartitions: [string, number, number, number, number][] = [
  ['', 275646681, 3, 9, 681],
  ['a', -1563381124, 4, 28, 524],
  ['ab', 316155434, 2, 26, 434],
  ['abc', 479470107, 3, 27, 107],
  ['acme:conv-1', -334745178, 2, 38, 470],
  ['acme:conv-2', 99307859, 5, 35, 859],
  ['acme:conv-3', -1870585395, 5, 29, 253],
  ['acme:conv-5', -241320667, 1, 37, 981],
  ['acme:conv-6', 1781238835, 1, 19, 835],
  ['acme:conv-7', -575311292, 0, 36, 356],
  ['acme:conv-8', 1153776702, 0, 30, 702],
  ['acme:order-77', -1459506009, 5, 23, 639],
  ['acme:jane.doe@example.com', 1709572386, 0, 18, 386],
  ['acme:artikel-ü', -2128025687, 3, 9, 961],
];

test("keys go to the Java client's partitions, whatever bits their hash has", () => {
  const partition = createPartitioner();
  let bits = 0;
  for (const [key, hash, of6, of48, of1000] of javaPartitions) {
    const bytes = Buffer.from(key);
    assert.equal(murmur2(bytes), hash, key);
    assert.deepEqual(
      [6, 48, 1_000].map((count) => partition('a', bytes, count)),
      [of6, of48, of1000],
      key,
    );
    bits |= hash;
  }
  assert.equal(bits, -1, 'each of the 32 bits is set in one of the hashes, so only the right mask passes');
});

test('a key always gets the same partition, and it is in range', () => {
  const partition = createPartitioner();
  for (let i = 0; i < 1_000; i++) {
    const key = Buffer.from(`tenant:${i}`);
    const chosen = partition('a', key, 12);
    assert.ok(chosen >= 0 && chosen < 12);
    assert.equal(partition('b', key, 12), chosen);
  }
});

test('records without a key rotate through all partitions of each topic', () => {
  const partition = createPartitioner();
  const a = Array.from({ length: 6 }, () => partition('a', null, 3));
  assert.deepEqual(a, [0, 1, 2, 0, 1, 2]);
  assert.equal(partition('b', null, 3), 0);
});
