import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createAuthority } from './authority.ts';
import { REDIS_USER } from './redis.ts';

/** A super user of Kafka, who grants the others their rights. */
export const ADMIN = 'admin';

/** The secrets of a secured stack, kept in a folder beside its data. */
export interface Secured {
  /** Holds the certificate authority, certificates, and `<user>.password`. */
  readonly directory: string;
  readonly caFile: string;
  /** The certificate of the servers, which a test may renew. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly users: readonly string[];
  passwordFile(user: string): string;
  passwordOf(user: string): string;
}

/** The services of this repository, and those who administer and operate them. */
export const knownUsers = (): string[] => [
  ADMIN,
  REDIS_USER,
  'register',
  'ops',
  'redrive',
  ...readdirSync(join(import.meta.dirname, '../../services')),
];

/** Makes what does not exist yet: an authority, a certificate of the servers, and a password for each user. */
export async function openSecured(data: string, users: readonly string[] = knownUsers()): Promise<Secured> {
  const directory = join(data, 'secured');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const at = (name: string): string => join(directory, name);
  if (!existsSync(at('server.pem'))) await (await createAuthority(directory)).issue('server');
  for (const user of users) {
    if (!existsSync(at(`${user}.password`))) {
      writeFileSync(at(`${user}.password`), randomBytes(18).toString('base64url'), { mode: 0o600 });
    }
  }
  return {
    directory,
    caFile: at('ca.pem'),
    certFile: at('server.pem'),
    keyFile: at('server.key'),
    users,
    passwordFile: (user) => at(`${user}.password`),
    passwordOf: (user) => readFileSync(at(`${user}.password`), 'utf8'),
  };
}

/** The variables with which a program connects as this user. */
export const variablesOf = (
  secured: Secured,
  user: string,
  { brokers, redisUrl }: { brokers: string; redisUrl: string },
): Record<string, string> => ({
  KAFKA_BROKERS: brokers,
  KAFKA_TLS_CA_FILE: secured.caFile,
  KAFKA_SASL_MECHANISM: 'scram-sha-512',
  KAFKA_SASL_USERNAME: user,
  KAFKA_SASL_PASSWORD_FILE: secured.passwordFile(user),
  REDIS_URL: redisUrl,
  REDIS_USERNAME: REDIS_USER,
  REDIS_PASSWORD_FILE: secured.passwordFile(REDIS_USER),
});

/**
 * Settings of a broker whose listener CLIENT asks for TLS and a password, and MUTUAL for a certificate with the name of
 * the user. What no rule allows is denied.
 */
export function securedBroker(secured: Secured): Record<string, string | number | boolean> {
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const oauth = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required';
  const plain = secured.users.map((user) => `user_${user}="${secured.passwordOf(user)}"`).join(' ');
  const keystore = keystoreOf(secured);
  const ofListener = (name: string): string => `listener.name.client.${name}`;
  const certificates = (listener: string) => ({
    [`listener.name.${listener}.ssl.keystore.type`]: 'PEM',
    [`listener.name.${listener}.ssl.keystore.location`]: keystore,
    [`listener.name.${listener}.ssl.truststore.type`]: 'PEM',
    [`listener.name.${listener}.ssl.truststore.location`]: secured.caFile,
  });
  return {
    ...certificates('client'),
    ...certificates('mutual'),
    'listener.name.mutual.ssl.client.auth': 'required',
    'listener.name.mutual.ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/,DEFAULT',
    [ofListener('sasl.enabled.mechanisms')]: 'SCRAM-SHA-256,SCRAM-SHA-512,PLAIN,OAUTHBEARER',
    [ofListener('scram-sha-256.sasl.jaas.config')]: scram,
    [ofListener('scram-sha-512.sasl.jaas.config')]: scram,
    [ofListener('plain.sasl.jaas.config')]:
      `org.apache.kafka.common.security.plain.PlainLoginModule required ${plain};`,
    // Tokens without a signature: for tests of the client only.
    [ofListener('oauthbearer.sasl.jaas.config')]: `${oauth} unsecuredLoginStringClaim_sub="${ADMIN}";`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': false,
    // Brokers and controllers talk over loopback without credentials.
    'super.users': `User:ANONYMOUS;User:${ADMIN}`,
  };
}

/** Kafka wants the key and the certificate in one file. */
export function keystoreOf({ directory, certFile, keyFile }: Secured): string {
  const keystore = join(directory, 'server-keystore.pem');
  writeFileSync(keystore, readFileSync(keyFile, 'utf8') + readFileSync(certFile, 'utf8'), { mode: 0o600 });
  return keystore;
}

/** Arguments of the formatting that create the users. */
export const scramUsers = (secured: Secured): string[] =>
  secured.users.flatMap((user) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map(
      (mechanism) => `--add-scram=${mechanism}=[name=${user},password=${secured.passwordOf(user)}]`,
    ),
  );

// ApiVersions, version 0, correlation id 1, no client id: the only request before authentication.
const REQUEST = Buffer.from('0000000a' + '0012' + '0000' + '00000001' + 'ffff', 'hex');

/** True if a broker answers behind TLS on this port. */
export function securedBrokerAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, timeout: 2_000 }, () =>
      socket.write(REQUEST),
    );
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (bytes) => finish(bytes.length >= 8 && bytes.readInt32BE(4) === 1));
    for (const event of ['error', 'timeout', 'close'] as const) socket.once(event, () => finish(false));
  });
}
