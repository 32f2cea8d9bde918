import { Type } from 'typebox';
import { defineProvider } from './provider.ts';
import { headerOf, isSameSecret } from './signature.ts';

const HEADER = 'x-bp-secret';

/** A secret that each request repeats in a header, as Botpress does. It does not cover the body. */
export const staticHeader = defineProvider({
  settings: {
    header: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9-]+$',
        maxLength: 100,
        description: `The header with the secret. Default: ${HEADER}.`,
      }),
    ),
  },
  verifier: ({ keys, settings: { header = HEADER } }) => {
    const name = header.toLowerCase();
    return ({ headers }) => {
      const given = headerOf(headers, name);
      if (given === undefined) return { kind: 'invalid', fault: 'missing' };
      return isSameSecret(keys, given) ? { kind: 'valid' } : { kind: 'invalid', fault: 'mismatch' };
    };
  },
  // The platform's own mapping belongs here.
  mapping: { events: [] },
  examples: [],
  sign: (_message, secret, _now, settings) => ({ [(settings?.header ?? HEADER).toLowerCase()]: secret }),
});
