import { type EntryReading, type Known, knownOf } from './entry-reading.ts';

export interface KeyHolder extends Known {
  /** The name of the key. */
  readonly key: string;
  /** In epoch milliseconds. */
  readonly expiresAt: number;
}

/** Adds the keys of an entry to those of all, by their digest. */
export function addKeyHolders({ entry, complain }: EntryReading, keys: Map<string, KeyHolder>): void {
  for (const [index, { name: key, sha256, expires }] of (entry.apiKeys ?? []).entries()) {
    const expiresAt = expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires);
    if (Number.isNaN(expiresAt)) complain(['apiKeys', index, 'expires'], 'must be an ISO 8601 time such as 2027-01-31');
    if (keys.has(sha256)) complain(['apiKeys', index, 'sha256'], 'is in the file twice: make a key of its own');
    keys.set(sha256, { ...knownOf(entry), key, expiresAt });
  }
}
