import { hmacScheme } from './hmac-scheme.ts';
import { isObject } from './json.ts';
import { defineProvider } from './provider.ts';

/** https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries */
export const github = defineProvider({
  ...hmacScheme({ header: 'x-hub-signature-256', prefix: 'sha256=', algorithm: 'sha256', encoding: 'hex' }),
  handshake: ({ body, headers }) =>
    headers['x-github-event'] === 'ping' && isObject(body) && 'zen' in body
      ? { status: 200, contentType: 'text/plain', body: '' }
      : undefined,
  mappedHeaders: ['x-github-event'],
  mapping: { events: [] },
  examples: [],
});
