import Type, { type Static } from 'typebox';

const file = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));
const text = file;

/** The variables of every program that uses Kafka. */
export const kafkaConfig = Type.Object({
  KAFKA_BROKERS: Type.String({ minLength: 1, description: 'host:port of the brokers, separated by commas' }),
  KAFKA_TLS: Type.Optional(
    Type.Boolean({ description: 'whether connections to Kafka use TLS; default true if a KAFKA_TLS file is set' }),
  ),
  KAFKA_TLS_CA_FILE: file('PEM of the authorities that sign the certificates of the brokers; default those of Node.js'),
  KAFKA_TLS_CERT_FILE: file('PEM of our certificate, for mutual TLS'),
  KAFKA_TLS_KEY_FILE: file('PEM of the private key of our certificate'),
  KAFKA_SASL_MECHANISM: Type.Optional(Type.Enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'])),
  KAFKA_SASL_USERNAME: text('the user of Kafka, for plain and scram'),
  KAFKA_SASL_USERNAME_FILE: file('the file with the user of Kafka, instead of KAFKA_SASL_USERNAME'),
  KAFKA_SASL_PASSWORD: text('the password of the user of Kafka'),
  KAFKA_SASL_PASSWORD_FILE: file('the file with the password, instead of KAFKA_SASL_PASSWORD'),
  KAFKA_OAUTH_TOKEN_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: 'where oauthbearer requests tokens, by client credentials' }),
  ),
  KAFKA_OAUTH_CLIENT_ID: text('the client id for KAFKA_OAUTH_TOKEN_URL'),
  KAFKA_OAUTH_CLIENT_SECRET: text('the client secret for KAFKA_OAUTH_TOKEN_URL'),
  KAFKA_OAUTH_CLIENT_SECRET_FILE: file('the file with the client secret, instead of KAFKA_OAUTH_CLIENT_SECRET'),
  KAFKA_OAUTH_SCOPE: text('the scope that tokens for Kafka have'),
});

export type KafkaConfig = Static<typeof kafkaConfig>;
