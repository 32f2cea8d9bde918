import { ConfigError } from '@switchboard/service';
import type { CallersFile } from './callers-file.ts';
import type { EntryReading } from './entry-reading.ts';
import { addKeyHolders, type KeyHolder } from './key-holder.ts';
import { isScope, SCOPE_FORMS } from './scopes.ts';
import { type Signer, signerOf } from './signer.ts';
import { type TokenHolder, tokenHolderOf } from './token-holder.ts';

/** All callers, by what a request shows. */
export interface Directory {
  /** By the SHA-256 of the key, in hex. */
  readonly keys: ReadonlyMap<string, KeyHolder>;
  /** By issuer. */
  readonly tokens: ReadonlyMap<string, readonly TokenHolder[]>;
  /** By the header with the signature. */
  readonly signers: ReadonlyMap<string, readonly Signer[]>;
  readonly size: number;
}

/** A request with their header is checked with the secrets of each, and a stranger may have sent it. */
const MOST_PER_HEADER = 20;
const MOST_PROBLEMS = 20;

/**
 * Reads the secrets and keys that the file names.
 * @throws ConfigError naming every problem at once, and no value of a secret
 */
export async function createDirectory(
  { path, entries, problemAt }: CallersFile,
  { environment, judges }: Pick<EntryReading, 'environment' | 'judges'>,
): Promise<Directory> {
  const problems: string[] = [];
  const names = new Set<string>();
  const keys = new Map<string, KeyHolder>();
  const tokens = new Map<string, TokenHolder[]>();
  const signers = new Map<string, Signer[]>();
  for (const [index, entry] of entries.entries()) {
    const complain: EntryReading['complain'] = (at, what) => {
      if (problems.length < MOST_PROBLEMS) problems.push(problemAt(['callers', index, ...at], what));
    };
    const reading = { entry, path, environment, judges, complain };
    checkEntry(reading, names);
    addKeyHolders(reading, keys);
    const token = await tokenHolderOf(reading);
    if (token !== undefined) {
      const others = tokens.get(token.issuer) ?? [];
      if (others.some(({ audience }) => audience === token.audience))
        complain(['jwt', 'audience'], 'is the audience of another caller with this issuer: each needs its own');
      tokens.set(token.issuer, [...others, token]);
    }
    const signer = await signerOf(reading);
    if (signer !== undefined) {
      const others = signers.get(signer.header) ?? [];
      if (others.length >= MOST_PER_HEADER)
        complain(['hmac', 'header'], `is the header of ${MOST_PER_HEADER} other callers: choose another one`);
      signers.set(signer.header, [...others, signer]);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { keys, tokens, signers, size: entries.length };
}

function checkEntry({ entry, complain }: EntryReading, names: Set<string>): void {
  if (names.has(entry.name)) complain(['name'], 'is the name of another caller too');
  names.add(entry.name);
  const kinds = [entry.apiKeys, entry.jwt, entry.hmac].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) complain([], 'needs one of apiKeys, jwt and hmac: that is how the caller is known');
  for (const [index, scope] of entry.scopes.entries()) {
    if (!isScope(scope)) complain(['scopes', index], `is no scope; there are ${SCOPE_FORMS}`);
    if (scope === 'act-for' && entry.apiKeys === undefined)
      complain(['scopes', index], 'is for apiKeys only: a token and a signed body name their person themselves');
  }
}
