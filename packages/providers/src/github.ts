import { createHmac } from 'node:crypto';
import { defineProvider } from './provider.ts';
import { fromHex, headerOf, isSignedBy } from './signature.ts';

/** https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries */
export const github = defineProvider({
  verifier:
    ({ keys }) =>
    ({ headers, body }) => {
      const given = headerOf(headers, 'x-hub-signature-256');
      if (given === undefined) return { kind: 'invalid', fault: 'missing' };
      const signature = given.startsWith('sha256=') ? fromHex(given.slice('sha256='.length)) : undefined;
      if (signature === undefined) return { kind: 'invalid', fault: 'form' };
      return isSignedBy(keys, 'sha256', [body], signature) ? { kind: 'valid' } : { kind: 'invalid', fault: 'mismatch' };
    },
  mappedHeaders: ['x-github-event'],
  mapping: { events: [] },
  examples: [],
  sign: ({ body }, secret) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  }),
});
