import { hmacScheme, milliseconds } from './hmac-scheme.ts';
import { isObject } from './json.ts';
import { defineProvider } from './provider.ts';
import { headerOf } from './signature.ts';

const application = hmacScheme({
  header: 'x-front-signature',
  algorithm: 'sha256',
  encoding: 'base64',
  time: { header: 'x-front-request-timestamp', unit: milliseconds, before: (time) => `${time}:` },
});
const rule = hmacScheme({ header: 'x-front-signature', algorithm: 'sha1', encoding: 'base64' });

/** https://dev.frontapp.com/docs/application-webhooks and …/rule-webhooks, which differ in how they sign. */
export const front = defineProvider({
  ...application,
  verifier: (source) => {
    const verifiers = { application: application.verifier(source), rule: rule.verifier(source) };
    return (request, now) => {
      const isTimed = headerOf(request.headers, 'x-front-request-timestamp') !== undefined;
      return verifiers[isTimed ? 'application' : 'rule'](request, now);
    };
  },
  handshake: ({ headers }) => {
    const challenge = headerOf(headers, 'x-front-challenge');
    return challenge === undefined ? undefined : { status: 200, contentType: 'text/plain', body: challenge };
  },
  /** Application webhooks wrap what rule webhooks send. */
  split: ({ body }) => [isObject(body) && isObject(body.payload) ? body.payload : body],
  mapping: { events: [] },
  examples: [],
});
