import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EventsError } from '../events-error.ts';
import { frame, unframe } from './frame.ts';

test('a frame is a zero byte, the big-endian id, and the payload', () => {
  assert.equal(frame(0x01020304, Buffer.from('ab')).toString('hex'), '00010203046162');
});

test('unframe reverses frame', () => {
  const id = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(id, fc.uint8Array(), (schemaId, bytes) => {
      assert.deepEqual(unframe(frame(schemaId, Buffer.from(bytes))), { schemaId, payload: Buffer.from(bytes) });
    }),
  );
});

for (const [what, hex] of [
  ['nothing', ''],
  ['a magic byte alone', '00'],
  ['half an id', '00000001'],
  ['another magic byte', '0100000001aa'],
  ['JSON', Buffer.from('{"a":1}').toString('hex')],
] as const) {
  test(`${what} is not framed`, () => {
    const isNotFramed = (error: unknown) => error instanceof EventsError && error.code === 'NOT_FRAMED';
    assert.throws(() => unframe(Buffer.from(hex, 'hex')), isNotFramed);
  });
}
