import Type, { type Static } from 'typebox';

const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

/** The variables of every program that uses the schema registry. */
export const registryConfig = Type.Object({
  SCHEMA_REGISTRY_URL: Type.String({ minLength: 1, description: 'the schema registry, with the Confluent API' }),
  SCHEMA_REGISTRY_USERNAME: text('the user of the registry; default that of SCHEMA_REGISTRY_URL'),
  SCHEMA_REGISTRY_PASSWORD: text('the password of the user of the registry'),
  SCHEMA_REGISTRY_PASSWORD_FILE: text('the file with the password, instead of SCHEMA_REGISTRY_PASSWORD'),
  SCHEMA_REGISTRY_TOKEN: text('a bearer token for the registry, instead of a user'),
  SCHEMA_REGISTRY_TOKEN_FILE: text('the file with the token, instead of SCHEMA_REGISTRY_TOKEN'),
  SCHEMA_REGISTRY_TLS_CA_FILE: text('PEM of the authorities that sign the certificate of the registry'),
});

export type RegistryConfig = Static<typeof registryConfig>;
