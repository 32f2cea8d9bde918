import { createSecretKey } from 'node:crypto';
import { readTimestamp } from '@switchboard/events';
import { hmacScheme, type TimeUnit } from './hmac-scheme.ts';
import { defineProvider } from './provider.ts';

const rfc3339: TimeUnit = {
  read: readTimestamp,
  write: (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z'),
};

const scheme = hmacScheme({
  header: 'x-zendesk-webhook-signature',
  algorithm: 'sha256',
  encoding: 'base64',
  time: { header: 'x-zendesk-webhook-signature-timestamp', unit: rfc3339, before: (time) => time },
});

/** Everybody knows it: Zendesk signs with it while a webhook is only tested, before it exists. */
const TEST_SECRET = createSecretKey(Buffer.from('dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=='));
const verifyTest = scheme.verifier({ keys: [TEST_SECRET], requireTimestamp: true });

/** https://developer.zendesk.com/documentation/webhooks/verifying */
export const zendesk = defineProvider({
  ...scheme,
  verifier: (source) => {
    const verify = scheme.verifier(source);
    return (request, now) => {
      const verdict = verify(request, now);
      const isTest = verdict.kind === 'invalid' && verifyTest(request, now).kind === 'valid';
      return isTest ? { kind: 'reply', reply: { status: 200, contentType: 'text/plain', body: '' } } : verdict;
    };
  },
  mapping: { events: [] },
  examples: [],
});
