import { createHmac, hash, type KeyObject } from 'node:crypto';

export type HmacAlgorithm = 'sha1' | 'sha256' | 'sha512';

const BLOCK_BYTES = { sha1: 64, sha256: 64, sha512: 128 } as const;
const DIGEST_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;

/** Longer contents are hashed in place: copying them costs more than an Hmac object. */
const MOST_COPIED = 16_384;

/** The key's two blocks (RFC 2104); the second is followed by room for the inner digest. */
interface Pads {
  readonly inner: Buffer;
  readonly outer: Buffer;
}

const pads = new WeakMap<KeyObject, Map<HmacAlgorithm, Pads>>();
const scratch = Buffer.allocUnsafeSlow(BLOCK_BYTES.sha512 + MOST_COPIED);
const digests = {
  sha1: Buffer.allocUnsafeSlow(DIGEST_BYTES.sha1),
  sha256: Buffer.allocUnsafeSlow(DIGEST_BYTES.sha256),
  sha512: Buffer.allocUnsafeSlow(DIGEST_BYTES.sha512),
} as const;

/**
 * The HMAC of the parts, valid until the next call. Two one-shot hashes cost half as much as an Hmac object, which the
 * garbage collector must also finalize.
 */
export function hmacOf(key: KeyObject, algorithm: HmacAlgorithm, parts: readonly (string | Buffer)[]): Buffer {
  let length = 0;
  for (const part of parts) length += typeof part === 'string' ? 3 * part.length : part.length;
  if (length > MOST_COPIED) {
    const hmac = createHmac(algorithm, key);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  }
  const { inner, outer } = padsOf(key, algorithm);
  let end = inner.copy(scratch, 0);
  for (const part of parts) end += typeof part === 'string' ? scratch.write(part, end) : part.copy(scratch, end);
  outer.write(hash(algorithm, scratch.subarray(0, end), 'binary'), BLOCK_BYTES[algorithm], 'binary');
  const digest = digests[algorithm];
  digest.write(hash(algorithm, outer, 'binary'), 'binary');
  return digest;
}

function padsOf(key: KeyObject, algorithm: HmacAlgorithm): Pads {
  let ofKey = pads.get(key);
  if (ofKey === undefined) {
    ofKey = new Map();
    pads.set(key, ofKey);
  }
  const known = ofKey.get(algorithm);
  if (known !== undefined) return known;
  const size = BLOCK_BYTES[algorithm];
  const secret = key.export();
  const block = Buffer.alloc(size);
  (secret.length > size ? hash(algorithm, secret, 'buffer') : secret).copy(block);
  const outer = Buffer.alloc(size + DIGEST_BYTES[algorithm]);
  for (const [index, byte] of block.entries()) {
    outer[index] = byte ^ 0x5c;
    block[index] = byte ^ 0x36;
  }
  const made = { inner: block, outer };
  ofKey.set(algorithm, made);
  return made;
}
