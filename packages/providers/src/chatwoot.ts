import { hmacScheme, seconds } from './hmac-scheme.ts';
import { defineProvider } from './provider.ts';

/** https://www.chatwoot.com/docs/product/features/webhooks: signed from 4.11.2 on. */
export const chatwoot = defineProvider({
  ...hmacScheme({
    header: 'x-chatwoot-signature',
    prefix: 'sha256=',
    algorithm: 'sha256',
    encoding: 'hex',
    time: { header: 'x-chatwoot-timestamp', unit: seconds, before: (time) => `${time}.` },
  }),
  mapping: { events: [] },
  examples: [],
});
