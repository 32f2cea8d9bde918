import { createHmac } from 'node:crypto';
import { defineProvider, type Json } from './provider.ts';
import { freshness, fromBase64, headerOf, isSignedBy } from './signature.ts';

/** https://developers.hubspot.com/docs/api/webhooks/validating-requests */
export const hubspot = defineProvider({
  needs: { publicUrl: true },
  verifier:
    ({ keys }) =>
    ({ method, url = '', headers, body }, now) => {
      const given = headerOf(headers, 'x-hubspot-signature-v3');
      const timestamp = headerOf(headers, 'x-hubspot-request-timestamp');
      if (given === undefined || timestamp === undefined) return { kind: 'invalid', fault: 'missing' };
      const signature = fromBase64(given);
      if (signature === undefined || !/^\d{13}$/.test(timestamp)) return { kind: 'invalid', fault: 'form' };
      // HubSpot's documentation decodes the address, its library does not.
      const isSigned = [decoded(url), url].some((address) =>
        isSignedBy(keys, 'sha256', [method, address, body, timestamp], signature),
      );
      return isSigned ? freshness(Number(timestamp), now) : { kind: 'invalid', fault: 'mismatch' };
    },
  split: ({ body }): readonly Json[] => (Array.isArray(body) ? body : [body]),
  mapping: { events: [] },
  examples: [],
  sign: ({ method, url, body }, secret, now) => ({
    'x-hubspot-signature-v3': createHmac('sha256', secret)
      .update(method + decoded(url))
      .update(body)
      .update(String(now))
      .digest('base64'),
    'x-hubspot-request-timestamp': String(now),
  }),
});

/** Only these characters are decoded before signing. */
const decoded = (url: string): string =>
  url.replaceAll(/%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, (code) => decodeURIComponent(code));
