import { hmacScheme } from './hmac-scheme.ts';
import { isObject } from './json.ts';
import { defineProvider } from './provider.ts';

/** https://developers.intercom.com/docs/webhooks: the key is the client secret of the app. */
export const intercom = defineProvider({
  ...hmacScheme({ header: 'x-hub-signature', prefix: 'sha1=', algorithm: 'sha1', encoding: 'hex' }),
  handshake: ({ body }) =>
    isObject(body) && body.topic === 'ping' ? { status: 200, contentType: 'text/plain', body: '' } : undefined,
  mapping: { events: [] },
  examples: [],
});
