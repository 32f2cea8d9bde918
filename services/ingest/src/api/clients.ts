import type { IncomingHttpHeaders } from 'node:http';
import { digestOf } from '@switchboard/callers';
import { type EventType, publicEventTypes } from '@switchboard/events';
import type { Verdict } from '@switchboard/providers';
import { type Claims, claimed } from '../http/claims.ts';
import type { Source } from '../sources/sources.ts';

/** Who calls `POST /v1/events`, and what the caller may send. */
export interface ApiClient {
  readonly source: Source;
  /** The key's name, for metrics and logs. */
  readonly key: string;
  /** Undefined: all. */
  readonly types: ReadonlySet<EventType> | undefined;
  readonly claims: Claims;
}

/** An API key as the sources file has it, ready to be looked up. */
export interface ApiKey {
  readonly name: string;
  /** The SHA-256 of the key, in hex. */
  readonly digest: string;
  readonly types: ReadonlySet<EventType> | undefined;
  /** In epoch milliseconds. */
  readonly expiresAt: number;
}

/** `unauthorized` names what is wrong for logs and metrics. */
export type Authentication =
  | { readonly kind: 'client'; readonly client: ApiClient }
  | { readonly kind: 'refused'; readonly fault: 'missing' | 'form' | 'unknown_key' | 'expired' }
  | { readonly kind: 'unavailable' };

/** Recognises API keys by their hash, and the tokens of sources whose scheme is `jwt`. */
export async function authenticate(
  headers: IncomingHttpHeaders,
  sources: Iterable<Source>,
  now: number,
): Promise<Authentication> {
  const { authorization } = headers;
  if (authorization === undefined) return { kind: 'refused', fault: 'missing' };
  const [, token] = /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(authorization) ?? [];
  if (token === undefined) return { kind: 'refused', fault: 'form' };
  // Hashes are compared, so the time that it takes tells nothing about a key.
  const digest = digestOf(token);
  const isJwt = token.split('.').length === 3;
  let isUnavailable = false;
  for (const source of sources) {
    const key = source.apiKeys.find((candidate) => candidate.digest === digest);
    if (key !== undefined) {
      if (key.expiresAt <= now) return { kind: 'refused', fault: 'expired' };
      return { kind: 'client', client: { source, key: key.name, types: key.types, claims: {} } };
    }
    if (source.scheme !== 'jwt' || !isJwt) continue;
    const request = { method: 'POST', url: undefined, headers, body: Buffer.alloc(0) };
    const verdict: Verdict = await source.verify(request, now);
    if (verdict.kind === 'valid') {
      return { kind: 'client', client: { ...claimed(source, verdict), key: 'jwt', types: undefined } };
    }
    if (verdict.kind === 'unavailable') isUnavailable = true;
  }
  return isUnavailable ? { kind: 'unavailable' } : { kind: 'refused', fault: 'unknown_key' };
}

/**
 * The event types that patterns such as `order.*` name.
 * @throws RangeError naming the pattern that names none
 */
export function typesOf(patterns: readonly string[]): ReadonlySet<EventType> {
  const types = new Set<EventType>();
  for (const pattern of patterns) {
    const prefix = pattern.endsWith('.*') ? pattern.slice(0, -1) : undefined;
    const found = publicEventTypes.filter((type) =>
      prefix === undefined ? type === pattern : type.startsWith(prefix),
    );
    if (found.length === 0) throw new RangeError(`${pattern} names no event type of the catalogue`);
    for (const type of found) types.add(type);
  }
  return types;
}
