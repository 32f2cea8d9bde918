import { hmacScheme } from './hmac-scheme.ts';
import { defineProvider } from './provider.ts';

/** https://shopify.dev/docs/apps/build/webhooks/subscribe/https */
export const shopify = defineProvider({
  ...hmacScheme({ header: 'x-shopify-hmac-sha256', algorithm: 'sha256', encoding: 'base64' }),
  mappedHeaders: ['x-shopify-topic'],
  mapping: { events: [] },
  examples: [],
});
