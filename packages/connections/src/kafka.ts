import { X509Certificate } from 'node:crypto';
import { type KafkaConnection, KafkaError, type Sasl } from '@switchboard/kafka';
import { createTokenClient, OutboundError } from '@switchboard/outbound';
import { ConfigError, commaSeparated, required } from '@switchboard/service';
import { type KafkaConfig, kafkaConfig } from './kafka-config.ts';
import { liveTls } from './live-tls.ts';
import { liveSecret, readVariableFile } from './secret-file.ts';

/**
 * The connection to Kafka that the variables describe. New connections read certificates and passwords again.
 * @throws ConfigError naming what is missing, contradictory or unreadable
 */
export function openKafka(config: KafkaConfig): KafkaConnection {
  const { KAFKA_TLS, KAFKA_TLS_CA_FILE: ca, KAFKA_TLS_CERT_FILE: cert, KAFKA_TLS_KEY_FILE: key } = config;
  const brokers = commaSeparated(config.KAFKA_BROKERS);
  const hasFiles = [ca, cert, key].some((path) => path !== undefined);
  const secured = KAFKA_TLS ?? hasFiles;
  if (!secured && hasFiles) {
    throw new ConfigError(['KAFKA_TLS is false, and a KAFKA_TLS file is set: unset one of them']);
  }
  const tls = secured ? { tls: liveTls({ prefix: 'KAFKA_TLS', ca, cert, key }) } : {};
  if (config.KAFKA_SASL_MECHANISM === undefined) {
    checkUnused(config);
    return { brokers, ...tls, ...identityOf(cert) };
  }
  if (KAFKA_TLS === undefined && !secured) {
    throw new ConfigError([
      'KAFKA_SASL_MECHANISM without TLS sends credentials unencrypted: set KAFKA_TLS=true, or KAFKA_TLS=false to allow it',
    ]);
  }
  return { brokers, ...tls, ...identityOf(cert), ...openSasl(config, config.KAFKA_SASL_MECHANISM) };
}

function openSasl(
  config: KafkaConfig,
  mechanism: NonNullable<KafkaConfig['KAFKA_SASL_MECHANISM']>,
): { sasl: Sasl; principal: string } {
  const because = `KAFKA_SASL_MECHANISM=${mechanism}`;
  if (mechanism !== 'oauthbearer') {
    const username = liveSecret(config, 'KAFKA_SASL_USERNAME', because);
    const password = liveSecret(config, 'KAFKA_SASL_PASSWORD', because);
    return { sasl: { mechanism, username, password }, principal: username() };
  }
  const client = required(kafkaConfig, config, because, 'KAFKA_OAUTH_TOKEN_URL', 'KAFKA_OAUTH_CLIENT_ID');
  const issue = createTokenClient({
    name: 'KAFKA_OAUTH_TOKEN_URL',
    tokenUrl: client.KAFKA_OAUTH_TOKEN_URL,
    clientId: client.KAFKA_OAUTH_CLIENT_ID,
    clientSecret: liveSecret(config, 'KAFKA_OAUTH_CLIENT_SECRET', because),
    scope: config.KAFKA_OAUTH_SCOPE,
  });
  const principal = client.KAFKA_OAUTH_CLIENT_ID;
  const token = () =>
    issue().catch((error: Error) => {
      throw withoutToken(error, principal);
    });
  return { sasl: { mechanism, token }, principal };
}

/** Wrong credentials stay wrong; an issuer that does not answer may answer later. */
function withoutToken(cause: Error, principal: string): KafkaError {
  if (cause instanceof OutboundError && cause.code === 'AUTHENTICATION_FAILED') {
    const check = 'check KAFKA_OAUTH_CLIENT_ID, KAFKA_OAUTH_CLIENT_SECRET and KAFKA_OAUTH_SCOPE';
    return new KafkaError('UNAUTHENTICATED', `KAFKA_OAUTH_TOKEN_URL issues no token to ${principal}: ${check}`, {
      cause,
    });
  }
  return new KafkaError('UNREACHABLE', `There is no token for Kafka: ${cause.message}`, { cause });
}

const ONLY_WITH_SASL = ['USERNAME', 'USERNAME_FILE', 'PASSWORD', 'PASSWORD_FILE'] as const;

/** Credentials that nothing uses are a mistake: Kafka would be addressed without them. */
function checkUnused(config: KafkaConfig): void {
  const unused = ONLY_WITH_SASL.map((name) => `KAFKA_SASL_${name}` as const).find((name) => config[name] !== undefined);
  if (unused === undefined) return;
  throw new ConfigError([
    `${unused} is set without KAFKA_SASL_MECHANISM: set it to plain, scram-sha-256 or scram-sha-512`,
  ]);
}

/** The certificate is read again, since it may have been renewed. */
function ownCertificate(path: string): X509Certificate | undefined {
  try {
    return new X509Certificate(readVariableFile('KAFKA_TLS_CERT_FILE', path));
  } catch {
    return undefined;
  }
}

/** Brokers learn who we are from a certificate if there is no SASL. */
function identityOf(cert: string | undefined): Pick<KafkaConnection, 'principal' | 'problem'> {
  if (cert === undefined) return {};
  const subject = ownCertificate(cert)?.subject.replaceAll('\n', ',');
  return {
    ...(subject === undefined ? {} : { principal: subject }),
    problem() {
      const end = ownCertificate(cert)?.validToDate;
      if (end === undefined || end.getTime() > Date.now()) return undefined;
      return `Our certificate for Kafka expired on ${end.toISOString().slice(0, 10)}: renew KAFKA_TLS_CERT_FILE`;
    },
  };
}
