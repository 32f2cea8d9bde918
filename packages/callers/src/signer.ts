import { createSecretKey, type KeyObject } from 'node:crypto';
import { providers, type SignedRequest, type Verdict } from '@switchboard/providers';
import { readSecret } from '@switchboard/service';
import type { PersonPlaces } from './callers-form.ts';
import { type EntryReading, type Known, knownOf } from './entry-reading.ts';

export interface Signer extends Known {
  /** The header with the signature, in lower case. */
  readonly header: string;
  verify(request: SignedRequest, now: number): Verdict | Promise<Verdict>;
  readonly publicUrl: string | undefined;
  /** The signature covers the address and the time, so a request without a body cannot be used for another. */
  readonly signsAddress: boolean;
  readonly customer: PersonPlaces | undefined;
  /** The time that the signature covers, as it was written; undefined if it covers none. */
  timeIn(headers: SignedRequest['headers']): string | undefined;
  /** The file accepts that a request without a time is sent again. */
  readonly acceptsReplays: boolean;
}

/** With one captured request, a shorter secret can be guessed offline. */
const LEAST_SECRET = 16;

/** The caller of an entry with `hmac`; undefined without it, and after a complaint. */
export async function signerOf(reading: EntryReading): Promise<Signer | undefined> {
  const { entry, complain } = reading;
  const { hmac, customer } = entry;
  if (hmac === undefined) {
    if (customer !== undefined) complain(['customer'], 'needs hmac: only a signed body names a customer');
    return undefined;
  }
  const { secrets, insecureSecrets, insecureReplays = false, publicUrl, ...given } = hmac;
  const { content = given.timestampHeader === undefined ? '{body}' : '{timestamp}.{body}' } = given;
  const settings = { ...given, content };
  if ((given.toleranceSeconds ?? 0) > MOST_TOLERANCE_SECONDS)
    complain(['hmac', 'toleranceSeconds'], `is at most ${MOST_TOLERANCE_SECONDS} for a caller`);
  const keys = await readKeys(reading, hmac);
  if (keys === undefined) return undefined;
  try {
    const verify = providers.hmac.verifier({ keys, requireTimestamp: false, publicUrl, settings });
    const header = (settings.header ?? 'x-signature').toLowerCase();
    const takesPrefix = settings.prefix === undefined && (settings.encoding ?? 'hex') === 'hex';
    return {
      ...knownOf(entry),
      header,
      verify: (request, now) => verify(takesPrefix ? withoutPrefix(request, header) : request, now),
      publicUrl,
      signsAddress: ['{url}', '{timestamp}'].every((part) => content.includes(part)),
      customer,
      timeIn: (headers) => (content.includes('{timestamp}') ? timeIn(headers, settings, header) : undefined),
      acceptsReplays: insecureReplays,
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    complain(['hmac'], error.message);
    return undefined;
  }
}

/** Copies of a write are recognised for so long. */
const MOST_TOLERANCE_SECONDS = 300;

/** Without what may stand beside the time in its header, which is not signed. */
function timeIn(
  headers: SignedRequest['headers'],
  { timestampHeader, timestampPrefix = '', separator = '' }: Omit<Hmac, 'secrets'>,
  header: string,
): string {
  const value = String(headers[(timestampHeader ?? header).toLowerCase()]);
  const parts = timestampPrefix === '' || separator === '' ? [value] : value.split(separator);
  const part = parts.map((one) => one.trim()).find((one) => one.startsWith(timestampPrefix)) ?? '';
  return part.slice(timestampPrefix.length);
}

/** Platforms write the hex with and without `sha256=` before it. */
function withoutPrefix(request: SignedRequest, header: string): SignedRequest {
  const given = request.headers[header];
  if (typeof given !== 'string' || !given.startsWith('sha256=')) return request;
  return { ...request, headers: { ...request.headers, [header]: given.slice('sha256='.length) } };
}

type Hmac = NonNullable<EntryReading['entry']['hmac']>;

async function readKeys(
  { path, environment, complain }: EntryReading,
  { secrets, insecureSecrets }: Hmac,
): Promise<KeyObject[] | undefined> {
  const keys: KeyObject[] = [];
  for (const [index, secret] of secrets.entries()) {
    const at = ['hmac', 'secrets', index];
    const text = await readSecret(secret, path, environment, (what) => complain(at, what));
    if (text === undefined) continue;
    if (text.length < LEAST_SECRET && insecureSecrets !== true) {
      const advice = 'use `openssl rand -hex 32`, or for development only set insecureSecrets: true';
      complain(at, `is shorter than ${LEAST_SECRET} characters: ${advice}`);
    } else keys.push(createSecretKey(Buffer.from(text)));
  }
  return keys.length === secrets.length ? keys : undefined;
}
