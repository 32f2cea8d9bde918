import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordsBatch, Reader, readRecordsBatch } from '@platformatic/kafka';
import fc from 'fast-check';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const bytesOrNull = fc.option(bytes, { nil: null });
const message = fc.record({
  topic: fc.constant('orders'),
  partition: fc.constant(0),
  key: bytesOrNull,
  value: bytesOrNull,
  headers: fc.array(fc.tuple(bytes, bytesOrNull), { maxLength: 5 }).map((entries) => new Map(entries)),
  // Earlier or later than the first one; the client's own reader loses bits of larger differences.
  timestamp: fc.bigInt(1_800_000_000_000n, 1_801_000_000_000n),
});

/** What our patch of the client's encoder writes, its unpatched decoder reads. */
test('a batch has the records that went into it', () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 200 }), (messages) => {
      const sent = messages.map((one) => ({ ...one }));
      // The types know no null values, which are tombstones.
      const batch = createRecordsBatch(sent as unknown as Parameters<typeof createRecordsBatch>[0]);
      const { records, firstTimestamp, maxTimestamp } = readRecordsBatch(Reader.from(batch.buffer));
      assert.equal(records.length, messages.length);
      assert.equal(
        maxTimestamp,
        messages
          .map(({ timestamp }) => timestamp)
          .toSorted((one, other) => Number(one - other))
          .at(-1),
      );
      for (const [index, { key, value, headers, timestamp }] of messages.entries()) {
        const record = records[index];
        assert.equal(record?.offsetDelta, index);
        assert.equal(firstTimestamp + BigInt(record.timestampDelta), timestamp);
        assert.deepEqual([nullable(record.key), nullable(record.value)], [key, value]);
        assert.deepEqual(
          record.headers.map(([name, header]) => [nullable(name), nullable(header)]),
          [...headers],
        );
      }
    }),
  );
});

const nullable = (value: Uint8Array | null | undefined): Buffer | null => (value == null ? null : Buffer.from(value));
