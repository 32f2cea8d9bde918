import { createHash } from 'node:crypto';

/** Fits in a header of any HTTP server and in the bound of an event's id. */
const READABLE = /^[\x21-\x7e]{1,200}$/;

/**
 * The idempotency key of an effect, the same for every run: `flow:<name>:<version>:<key>:<round>`, and a number for
 * further effects of a list. A key with other characters is hashed.
 * @param instance the version, the key and the round; or the event, for flows that keep no instance
 */
export function effectKey(flow: string, instance: readonly string[], index: number): string {
  const parts = index === 0 ? instance : [...instance, String(index)];
  const key = ['flow', flow, ...parts].join(':');
  // A colon in a part would make two lists of parts one key.
  if (READABLE.test(key) && parts.every((part) => !part.includes(':'))) return key;
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40);
  return `flow:${flow}:${hash}`;
}
