import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { it } from 'node:test';
import { sign } from './sign.ts';

/** printf '%s.%s' 1768471200 '{"a":"ä"}' | openssl dgst -sha256 -hmac canary-secret-0123 */
const BY_OPENSSL = '8478be478efe460892b5508cb5a01ed98e23673ef166b21df4ecda0646d42da7';

it('signs as openssl does, whatever holds the body and the secret', () => {
  const expected = { 'x-webhook-timestamp': '1768471200', 'x-webhook-signature': BY_OPENSSL };
  const body = '{"a":"ä"}';
  for (const bytes of [body, Buffer.from(body)]) {
    for (const secret of ['canary-secret-0123', createSecretKey('canary-secret-0123', 'utf8')]) {
      assert.deepEqual(sign(bytes, secret, 1_768_471_200_999), expected);
    }
  }
});
