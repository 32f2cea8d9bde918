import { createHmac, createPublicKey, createSecretKey, type KeyObject, verify as verifyEd25519 } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { platformMapping } from '../platform/platform-mapping.ts';
import { defineProvider, type UnsignedMessage } from '../provider.ts';
import { seconds } from './hmac-scheme.ts';
import { freshness, fromBase64, headerOf, isSignedBy } from './signature.ts';

/** Senders sign with each live key; more signatures than this are not tried. */
const MAX_SIGNATURES = 16;

/** A dot would move the boundary between the id and the time, so that a signature fits another message. */
const ID = /^[^.\s]{1,256}$/;

/** https://github.com/standard-webhooks/standard-webhooks; Svix sends the same under its own names. */
export const standardWebhooks = defineProvider({
  readSecret,
  verifier: ({ keys }) => {
    const secretKeys = keys.filter(({ type }) => type === 'secret');
    const publicKeys = keys.filter(({ type }) => type === 'public');
    return ({ headers, body }, now) => {
      const [id, timestamp, given] = signedHeaders(headers);
      if (id === undefined || timestamp === undefined || given === undefined) {
        return { kind: 'invalid', fault: 'missing' };
      }
      const signedAt = seconds.read(timestamp);
      const signatures = given.split(' ', MAX_SIGNATURES).map((signature) => signature.split(',', 2));
      const symmetric = ofVersion(signatures, 'v1');
      const asymmetric = ofVersion(signatures, 'v1a');
      if (!ID.test(id) || signedAt === undefined || symmetric.length + asymmetric.length === 0) {
        return { kind: 'invalid', fault: 'form' };
      }
      const before = `${id}.${timestamp}.`;
      const isSigned =
        isSignedBy(secretKeys, 'sha256', [before, body], ...symmetric) ||
        (asymmetric.length > 0 &&
          isSignedByPrivate(publicKeys, Buffer.concat([Buffer.from(before), body]), asymmetric));
      if (!isSigned) return { kind: 'invalid', fault: 'mismatch' };
      const verdict = freshness(signedAt, now);
      return verdict.kind === 'valid' ? { kind: 'valid', id } : verdict;
    };
  },
  mapping: {
    shapes: [{ name: 'body.type', data: 'body.data', at: 'body.timestamp' }],
    base: platformMapping,
  },
  examples: [
    {
      name: 'order.created',
      body: `{
        "type": "order.created", "timestamp": "{{iso}}",
        "data": {
          "order_id": "order-{{run}}", "email": "jane.doe@example.com", "total": 129.9, "currency": "EUR",
          "items": [{ "sku": "KET-17", "name": "Kettle, 1.7 l", "quantity": 1, "price": 89.9 }]
        }
      }`,
      becomes: ['order.created'],
    },
  ],
  sign: ({ body }: UnsignedMessage, secret, now) => {
    const id = `msg_${createHmac('sha256', secret).update(body).digest('hex').slice(0, 24)}`;
    const timestamp = seconds.write(now);
    const hmac = createHmac('sha256', readSecret(secret)).update(`${id}.${timestamp}.`).update(body);
    return {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${hmac.digest('base64')}`,
    };
  },
});

/** The id, the time and the signatures, under one of the two names. */
function signedHeaders(headers: IncomingHttpHeaders): readonly (string | undefined)[] {
  const family = headers['webhook-signature'] === undefined ? 'svix' : 'webhook';
  return ['id', 'timestamp', 'signature'].map((name) => headerOf(headers, `${family}-${name}`));
}

const ofVersion = (signatures: readonly string[][], version: string): Buffer[] =>
  signatures.flatMap(([given, text = '']) => (given === version ? (fromBase64(text) ?? []) : []));

const isSignedByPrivate = (keys: readonly KeyObject[], message: Buffer, signatures: readonly Buffer[]): boolean =>
  keys.some((key) => signatures.some((signature) => verifyEd25519(null, message, key, signature)));

/** A secret after `whsec_`, or a public key of Ed25519 after `whpk_`. */
function readSecret(text: string): KeyObject {
  const bytes = fromBase64(text.replace(/^whsec_|^whpk_/, ''));
  if (text.startsWith('whpk_')) {
    if (bytes?.length !== 32) throw new RangeError('must have 32 bytes in base64 after whpk_');
    const x = bytes.toString('base64url');
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  }
  if (bytes === undefined) throw new RangeError('must be base64, after whsec_ or alone');
  return createSecretKey(bytes);
}
