import { Type } from 'typebox';
import { platformMapping } from '../platform/platform-mapping.ts';
import { defineProvider } from '../provider.ts';

/** A client of `POST /v1/events`: it has API keys and signs nothing, so its source takes no webhooks. */
export const api = defineProvider({
  settings: {
    keys: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$', description: 'For metrics and logs.' }),
            sha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'The SHA-256 of the key, in hex.' }),
            types: Type.Optional(
              Type.Array(Type.String(), { minItems: 1, description: 'Event types, such as order.*. Default: all.' }),
            ),
            expires: Type.Optional(Type.String({ pattern: String.raw`^\d{4}-\d\d-\d\d`, description: 'ISO 8601.' })),
          },
          { additionalProperties: false },
        ),
        { maxItems: 100 },
      ),
    ),
  },
  needs: { secrets: false },
  verifier: () => () => ({ kind: 'invalid', fault: 'missing' }),
  mapping: platformMapping,
  refusesBadBodies: true,
  examples: [],
  sign: (_message, secret) => ({ authorization: `Bearer ${secret}` }),
});
