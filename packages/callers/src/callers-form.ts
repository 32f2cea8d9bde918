import { providers, TOKEN_ALGORITHMS } from '@switchboard/providers';
import { Secret } from '@switchboard/service';
import Type, { type Static } from 'typebox';

/** A colon separates the tenant from the id in keys, so neither name may have one. */
const Name = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$' });
const Text = Type.String({ minLength: 1, maxLength: 1_000 });

/** Where the e-mail address and the user id of a person are. */
const Person = Type.Object(
  { email: Type.Optional(Text), userId: Type.Optional(Text) },
  { additionalProperties: false, minProperties: 1 },
);

const ApiKey = Type.Object(
  {
    name: Name,
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    expires: Type.Optional(Type.String({ pattern: String.raw`^\d{4}-\d\d-\d\d` })),
  },
  { additionalProperties: false },
);

const Jwt = Type.Object(
  {
    issuer: Text,
    audience: Text,
    jwksUrl: Type.Optional(Type.String({ pattern: '^https?://' })),
    publicKeyFile: Type.Optional(Text),
    algorithms: Type.Optional(Type.Array(Type.Enum(TOKEN_ALGORITHMS), { minItems: 1 })),
    tenantClaim: Type.Optional(Text),
    /** The names of claims. */
    claims: Type.Optional(Person),
  },
  { additionalProperties: false },
);

/** The settings are those of sources with `scheme: hmac`. */
const Hmac = Type.Object(
  {
    ...(providers.hmac.settings as NonNullable<typeof providers.hmac.settings>),
    secrets: Type.Array(Secret, { minItems: 1, maxItems: 10 }),
    insecureSecrets: Type.Optional(Type.Boolean()),
    insecureReplays: Type.Optional(Type.Boolean()),
    publicUrl: Type.Optional(Type.String({ pattern: '^https?://[^?#]+$' })),
  },
  { additionalProperties: false },
);

const CallerEntry = Type.Object(
  {
    name: Name,
    tenant: Name,
    scopes: Type.Array(Type.String(), { maxItems: 1_000 }),
    apiKeys: Type.Optional(Type.Array(ApiKey, { minItems: 1, maxItems: 10_000 })),
    jwt: Type.Optional(Jwt),
    hmac: Type.Optional(Hmac),
    /** Paths in the signed body, such as `customer.email`. */
    customer: Type.Optional(Person),
  },
  { additionalProperties: false },
);

export const CallersForm = Type.Object(
  { callers: Type.Array(CallerEntry, { maxItems: 10_000 }) },
  { additionalProperties: false },
);

export type Entry = Static<typeof CallerEntry>;
export type PersonPlaces = Static<typeof Person>;
