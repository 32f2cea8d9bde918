import { hmacScheme } from './hmac-scheme.ts';
import { isObject, listOf, without } from './json.ts';
import { defineProvider } from './provider.ts';

/** https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/ */
export const line = defineProvider({
  ...hmacScheme({ header: 'x-line-signature', algorithm: 'sha256', encoding: 'base64' }),
  /** The button that verifies the address sends no events. */
  handshake: ({ body }) =>
    listOf(body, 'events')?.length === 0 ? { status: 200, contentType: 'text/plain', body: '' } : undefined,
  split: ({ body }) => {
    const events = listOf(body, 'events');
    if (events === undefined || !isObject(body)) return [body];
    return events.map((event) => ({ ...without(body, 'events'), event }));
  },
  mapping: { events: [] },
  examples: [],
});
