import { hmacScheme, seconds } from './hmac-scheme.ts';
import { isObject } from './json.ts';
import { defineProvider, type Json } from './provider.ts';
import { headerOf } from './signature.ts';

const scheme = hmacScheme({
  header: 'x-slack-signature',
  prefix: 'v0=',
  algorithm: 'sha256',
  encoding: 'hex',
  time: { header: 'x-slack-request-timestamp', unit: seconds, before: (time) => `v0:${time}:` },
});

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
export const slack = defineProvider({
  ...scheme,
  verifier: (source) => {
    const verify = scheme.verifier(source);
    return (request, now) => {
      const isSigned = headerOf(request.headers, 'x-slack-signature') !== undefined;
      if (!isSigned && isCertificateCheck(headerOf(request.headers, 'content-type'), request.body)) {
        return { kind: 'reply', reply: { status: 200, contentType: 'text/plain', body: '' } };
      }
      return verify(request, now);
    };
  },
  bodies: ['json', 'form'],
  handshake: ({ body }) =>
    isObject(body) && body.type === 'url_verification' && typeof body.challenge === 'string'
      ? { status: 200, contentType: 'text/plain', body: body.challenge }
      : undefined,
  split: ({ body }) => [interactionOf(body) ?? body],
  mapping: { events: [] },
  /** The answer to a command is shown to whoever typed it. */
  reply: { status: 200, contentType: 'text/plain', body: '' },
  examples: [],
});

/** Slack calls the address of a command from time to time, to see whether its certificate is valid. */
function isCertificateCheck(contentType: string | undefined, body: Buffer): boolean {
  if (!contentType?.startsWith('application/x-www-form-urlencoded') || body.length > 1_000) return false;
  return new URLSearchParams(body.toString()).get('ssl_check') === '1';
}

/** Interactions are JSON inside of a form. */
function interactionOf(body: Json): Json | undefined {
  if (!isObject(body) || typeof body.payload !== 'string') return undefined;
  try {
    return JSON.parse(body.payload) as Json;
  } catch {
    return undefined;
  }
}
