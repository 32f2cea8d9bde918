import assert from 'node:assert/strict';
import { createHmac, createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { hmacOf } from './mac.ts';

const part = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
  fc.nat({ max: 40_000 }).map((length) => Buffer.alloc(length, 'x')),
);

test('computes the HMAC of Node for keys, texts and bytes of any length', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.constantFrom('sha1', 'sha256', 'sha512'),
      fc.array(part, { maxLength: 4 }),
      (secret, algorithm, parts) => {
        const key = createSecretKey(Buffer.from(secret));
        const expected = createHmac(algorithm, key);
        for (const one of parts) expected.update(one);
        const hex = expected.digest('hex');
        assert.equal(hmacOf(key, algorithm, parts).toString('hex'), hex);
        assert.equal(hmacOf(key, algorithm, parts).toString('hex'), hex, 'also with the known key');
      },
    ),
  );
});
