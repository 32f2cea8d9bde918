import { Type } from 'typebox';
import { ownPayload } from '../platform/own-payload.ts';
import { defineProvider } from '../provider.ts';
import { secretHeader } from './secret-header.ts';

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
  verifier: (source) => secretHeader((source.settings.header ?? HEADER).toLowerCase()).verifier(source),
  ...ownPayload,
  sign: (message, secret, _now, settings) =>
    secretHeader((settings?.header ?? HEADER).toLowerCase()).sign(message, secret),
});
