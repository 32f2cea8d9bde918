import { hash } from 'node:crypto';
import type { BucketKeys } from './state-keys.ts';

/**
 * That an event is done is one integer in a set of integers, which Redis stores in 8 bytes if the set is small. A
 * generation is 2^bits such sets. When one of them is full or the generation is old, the script opens the next one; it
 * deletes a generation when its youngest entry is older than events are remembered. An event is done if any generation
 * has its entry.
 */
export interface Generation {
  /** Epoch milliseconds, as in the names of its sets. */
  readonly openedAt: string;
  readonly bits: number;
  /** The names of its sets that were needed so far. */
  readonly names: string[];
}

/** What stands for an identity: 64 bits of a digest as the entry, and 32 others that select its set. */
export interface Digest {
  readonly entry: string;
  readonly place: number;
}

const bytes = new Uint8Array(12);
const view = new DataView(bytes.buffer);

export function digestOf(identity: string): Digest {
  // A text of one character a byte, since a hash as bytes takes four times as long.
  const text = hash('sha256', identity, 'binary');
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at);
  return { entry: view.getBigInt64(0).toString(), place: view.getUint32(8) };
}

const MOST_RECENT = 4_096;

/** Remembers a digest until it is asked for again, since an event needs it before and after its effect. */
export function createDigests(): (identity: string) => Digest {
  const recent = new Map<string, Digest>();
  return (identity) => {
    const known = recent.get(identity);
    if (known !== undefined) {
      recent.delete(identity);
      return known;
    }
    if (recent.size >= MOST_RECENT) recent.clear();
    const digest = digestOf(identity);
    recent.set(identity, digest);
    return digest;
  };
}

/** Reads the list that the script writes: `<openedAt>:<bits>`, separated by spaces, the newest last. */
export const readGenerations = (list: string): Generation[] =>
  list.split(' ').flatMap((one) => {
    const [openedAt = '', bits] = one.split(':');
    return bits === undefined ? [] : [{ openedAt, bits: Number(bits), names: [] }];
  });

/** More names than 2^12 would take megabytes. */
const MOST_NAMED_BITS = 12;

export function doneSetOf(keys: BucketKeys, { openedAt, bits, names }: Generation, { place }: Digest): string {
  const subset = place >>> (32 - bits);
  if (bits > MOST_NAMED_BITS) return keys.doneSet(openedAt, subset);
  names[subset] ??= keys.doneSet(openedAt, subset);
  return names[subset];
}
