import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Provider } from '@switchboard/providers';
import type { Variant } from './variant.ts';

const PREFIX = 'whsec_';

/** What the sender may have used in place of the secret. */
export function secretVariants(provider: Provider, secret: string): Variant<KeyObject>[] {
  const read = (text: string): KeyObject | undefined => {
    try {
      return provider.readSecret?.(text) ?? createSecretKey(Buffer.from(text));
    } catch {
      return undefined;
    }
  };
  const bytes = (text: string, encoding: BufferEncoding): KeyObject | undefined => {
    const decoded = Buffer.from(text, encoding);
    return decoded.length > 0 ? createSecretKey(decoded) : undefined;
  };
  const bare = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  const isHex = /^(?:[0-9a-f]{2})+$/i.test(bare);
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(bare);

  const candidates: readonly (readonly [what: string, advice: string, key: KeyObject | undefined])[] = [
    ['the secret without white space around it', 'Correct the secret in Switchboard.', read(secret.trim())],
    [
      'the secret without quotation marks',
      'Correct the secret in Switchboard.',
      read(secret.replace(/^(["'])(.*)\1$/s, '$2')),
    ],
    ['the secret with a line break at its end', 'Remove the line break from the sender’s secret.', read(`${secret}\n`)],
    ['the secret with CRLF at its end', 'Remove the line break from the sender’s secret.', read(`${secret}\r\n`)],
    [`the secret without ${PREFIX}`, `Give the sender the whole secret, with ${PREFIX}.`, read(bare)],
    [`the secret with ${PREFIX}`, `Write the secret with ${PREFIX} in Switchboard.`, read(PREFIX + secret)],
    ...[...new Set([secret, bare])].map(
      (text) =>
        [
          `the characters of the secret${text === secret ? '' : ` after ${PREFIX}`} as the key`,
          'The sender must decode the secret from base64 first.',
          bytes(text, 'utf8'),
        ] as const,
    ),
    [
      'the bytes that the secret is base64 for',
      'The key is the secret as it is written: the sender must not decode it.',
      isBase64 ? bytes(bare, 'base64') : undefined,
    ],
    [
      'the bytes that the secret is hex for',
      'The key is the secret as it is written: the sender must not decode it.',
      isHex ? bytes(bare, 'hex') : undefined,
    ],
  ];
  const own = read(secret);
  const seen: KeyObject[] = own === undefined ? [] : [own];
  return candidates.flatMap(([what, advice, key]) => {
    if (key === undefined || key.type !== 'secret' || seen.some((other) => other.equals(key))) return [];
    seen.push(key);
    return { what, advice, value: key };
  });
}
