import { hmacScheme } from './hmac-scheme.ts';
import { isObject } from './json.ts';
import { defineProvider } from './provider.ts';

/** https://developers.viber.com/docs/api/rest-bot-api/#callbacks: the key is the bot's token. */
export const viber = defineProvider({
  ...hmacScheme({ header: 'x-viber-content-signature', algorithm: 'sha256', encoding: 'hex' }),
  /** Sent when the address is set. */
  handshake: ({ body }) =>
    isObject(body) && body.event === 'webhook' ? { status: 200, contentType: 'text/plain', body: '' } : undefined,
  mapping: { events: [] },
  examples: [],
});
