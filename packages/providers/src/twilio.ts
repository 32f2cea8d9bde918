import { createHash, createHmac } from 'node:crypto';
import { timeless } from './hmac-scheme.ts';
import { defineProvider } from './provider.ts';
import { fromBase64, headerOf, isSignedBy } from './signature.ts';

/** Twilio sends fewer than 100; more would only cost time before the signature is checked. */
const MAX_FIELDS = 1000;

/** https://www.twilio.com/docs/usage/security#validating-requests */
export const twilio = defineProvider({
  needs: { publicUrl: true },
  bodies: ['form', 'json'],
  verifier:
    ({ keys, requireTimestamp }) =>
    ({ url = '', headers, body }) => {
      const given = headerOf(headers, 'x-twilio-signature');
      if (given === undefined) return { kind: 'invalid', fault: 'missing' };
      const signature = fromBase64(given);
      const fields = signedFields(url, body);
      if (signature === undefined || fields === undefined) return { kind: 'invalid', fault: 'form' };
      const isSigned = addresses(url).some((address) => isSignedBy(keys, 'sha1', [address, fields], signature));
      return isSigned && isBodyOf(url, body) ? timeless(requireTimestamp) : { kind: 'invalid', fault: 'mismatch' };
    },
  mapping: { events: [] },
  reply: {
    status: 200,
    contentType: 'text/xml; charset=utf-8',
    body: '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
  },
  examples: [],
  /** For JSON, the address has the body's hash as `bodySHA256`. */
  sign: ({ url, body }, secret) => ({
    'x-twilio-signature': createHmac('sha1', secret)
      .update(url + (signedFields(url, body) ?? ''))
      .digest('base64'),
  }),
});

/** Twilio signs the address as it was entered or with the default port; its libraries accept both. */
function addresses(url: string): string[] {
  const parts = /^(https?:\/\/)([^/?#:]*|\[[^\]]*\])(:\d+)?(?=$|[/?#])/i.exec(url);
  if (parts === null) return [url];
  const [start, scheme = '', host = '', port] = parts;
  const rest = url.slice(start.length);
  const defaultPort = scheme.toLowerCase() === 'https://' ? ':443' : ':80';
  return [`${scheme}${host}${rest}`, `${scheme}${host}${port ?? defaultPort}${rest}`];
}

const bodyHashOf = (url: string): string | undefined => /[?&]bodySHA256=([^&#]*)/.exec(url)?.[1];

function isBodyOf(url: string, body: Buffer): boolean {
  const hash = bodyHashOf(url);
  return hash === undefined || hash.toLowerCase() === createHash('sha256').update(body).digest('hex');
}

/** The form's fields as they are signed: sorted, each name followed by its value; repeated values once. */
function signedFields(url: string, body: Buffer): string | undefined {
  if (bodyHashOf(url) !== undefined) return '';
  const text = body.toString();
  let separators = 0;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) {
    separators += 1;
    if (separators === MAX_FIELDS) return undefined;
  }
  const fields = new Map<string, Set<string>>();
  for (const [name, value] of new URLSearchParams(text)) fields.set(name, (fields.get(name) ?? new Set()).add(value));
  return [...fields.keys()]
    .sort()
    .flatMap((name) => [...(fields.get(name) ?? [])].sort().map((value) => name + value))
    .join('');
}
