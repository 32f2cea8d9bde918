import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { it } from 'node:test';
import fc from 'fast-check';

const require = createRequire(import.meta.url);
const Encoder = require('kafkajs/src/protocol/encoder.js') as new () => EncoderOfKafkajs;
const Decoder = require('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object;
const decodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0/decoder.js') as (
  decoder: object,
  batch: { firstOffset: string; firstTimestamp: string },
) => { offset: string; timestamp: string };

interface EncoderOfKafkajs {
  writeInt8(value: number): this;
  writeVarLong(value: bigint): this;
  writeVarInt(value: number): this;
  readonly buffer: Buffer;
}

const MOST = 2n ** 63n - 1n;
const long = fc.oneof(
  fc.bigInt({ min: 0n, max: MOST }),
  fc.constantFrom(0n, 2n ** 48n - 1n, 2n ** 48n, 2n ** 53n - 1n, 2n ** 53n, MOST),
);
const edge = fc.constantFrom(-(2n ** 48n), 2n ** 48n - 1n, 2n ** 48n, -(2n ** 48n) - 1n);
const delta = fc.oneof(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), fc.bigInt(-1_000n, 1_000n), edge);
const offsetDelta = fc.integer({ min: 0, max: 2 ** 30 - 1 });

it('reads offsets and timestamps of any size exactly, with our patch of kafkajs', () => {
  fc.assert(
    fc.property(long, long, offsetDelta, delta, (firstOffset, firstTimestamp, offsetBy, timestampBy) => {
      const encoder = new Encoder().writeInt8(0).writeVarLong(timestampBy).writeVarInt(offsetBy);
      const { buffer } = encoder.writeVarInt(-1).writeVarInt(-1).writeVarInt(0);
      const batch = { firstOffset: String(firstOffset), firstTimestamp: String(firstTimestamp) };
      const { offset, timestamp } = decodeRecord(new Decoder(buffer), batch);
      assert.equal(offset, String(firstOffset + BigInt(offsetBy)));
      assert.equal(timestamp, String(firstTimestamp + timestampBy));
    }),
    { numRuns: 2_000 },
  );
});
