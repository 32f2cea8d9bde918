import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Provider, Verdict } from '@switchboard/providers';

/** A captured request and how its source checks it. */
export interface Case {
  readonly provider: Provider;
  readonly keys: readonly KeyObject[];
  readonly requireTimestamp: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The source's `publicUrl` with the query of the request; undefined for a source without one. */
  readonly url: string | undefined;
  /** What the capture says was called. */
  readonly called: string | undefined;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The verdict of the provider's own verifier; undefined if keys or settings do not fit the provider. */
export async function judge(request: Case, now: number): Promise<Verdict | undefined> {
  const { provider, keys, requireTimestamp, settings, url, called, method, headers, body } = request;
  const query = queryOf(url ?? called);
  const publicUrl = url?.replace(/[?#].*$/, '');
  try {
    return await provider.verifier({ keys, requireTimestamp, publicUrl, settings })(
      { method, url, query, headers, body },
      now,
    );
  } catch {
    // A secret in another form, or a setting that this provider needs.
    return undefined;
  }
}

export const queryOf = (url: string | undefined): string => /\?[^#]*/.exec(url ?? '')?.[0] ?? '';

/** Whether the secret, the bytes and the address are right, whatever the time is. */
export const isSigned = (verdict: Verdict | undefined): boolean =>
  verdict?.kind === 'valid' || verdict?.kind === 'stale';

let keyPairs: readonly string[] | undefined;

/** The headers that the vendor would send with this body, signed with a secret of no meaning: they show names and forms. */
export async function sampleHeaders(request: Case, now: number): Promise<Record<string, string>> {
  const { provider, method, url = 'https://example.com/', body, settings } = request;
  keyPairs ??= [privateKey('rsa'), privateKey('ed25519')];
  for (const secret of ['sample:00', `whsec_${Buffer.alloc(24).toString('base64')}`, '0'.repeat(32), ...keyPairs]) {
    try {
      return lowerCased(await provider.sign({ method, url, body }, secret, now, settings));
    } catch {
      // The next one may have the form that this vendor's secrets have.
    }
  }
  return {};
}

const privateKey = (type: 'rsa' | 'ed25519'): string => {
  const pair = type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};

const lowerCased = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** The key that a secret is for this provider; undefined if it has another form. */
export function keyOf(provider: Provider, secret: string): KeyObject | undefined {
  try {
    return provider.readSecret?.(secret) ?? createSecretKey(Buffer.from(secret));
  } catch {
    return undefined;
  }
}
