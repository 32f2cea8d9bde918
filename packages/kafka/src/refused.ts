import { brokerList, type KafkaConnection } from './connection.ts';
import { KafkaError } from './error.ts';

/** All errors in an error, however deep they are wrapped. */
function* within(error: unknown, depth = 0): Generator<Failure> {
  if (!(error instanceof Error) || depth > 8) return;
  const { cause, errors, originalError } = error as { cause?: unknown; errors?: unknown; originalError?: unknown };
  // The innermost error is the most precise.
  for (const inner of [cause, originalError, ...(Array.isArray(errors) ? errors : [])]) yield* within(inner, depth + 1);
  yield error as Failure;
}

type Failure = Error & { readonly code?: unknown; readonly type?: unknown; readonly apiId?: unknown };

const MISSING_RIGHT = /^(TOPIC|GROUP|CLUSTER|TRANSACTIONAL_ID)_AUTHORIZATION_FAILED$/;

/**
 * An error in one sentence if Kafka refuses our credentials or our rights, or if TLS fails: retrying does not help.
 * @param right what the request needed, such as `Read on group crm-sync`
 */
export function refusedByKafka(error: unknown, connection: KafkaConnection, right?: string): KafkaError | undefined {
  const failures = [...within(error)];
  // Where the request was sent, more was known than here.
  const explained = failures.find((failure) => (failure as Error) instanceof KafkaError && isPermanent(failure));
  if (explained !== undefined) return explained as Error as KafkaError;
  // Without a token we have not asked Kafka.
  if (failures.some(isTemporary)) return undefined;
  for (const failure of failures) {
    const name = [failure.type, failure.apiId].find((id) => typeof id === 'string' && MISSING_RIGHT.test(id));
    if (name !== undefined) return forbidden(connection, right ?? `a right (${name})`, error);
    const sentence = credentials(failure, connection) ?? tls(failure, connection);
    if (sentence !== undefined) return new KafkaError('UNAUTHENTICATED', sentence, { cause: error });
  }
  const problem = isConnectionFailure(error) ? connection.problem?.() : undefined;
  return problem === undefined ? undefined : new KafkaError('UNAUTHENTICATED', problem, { cause: error });
}

const isConnectionFailure = (error: unknown): boolean =>
  [...within(error)].some(({ name, code }) => name.startsWith('KafkaJSConnection') || code === 'PLT_KFK_NETWORK');

const isPermanent = ({ code }: Failure): boolean => code === 'FORBIDDEN' || code === 'UNAUTHENTICATED';

const isTemporary = (failure: Error): failure is KafkaError =>
  failure instanceof KafkaError && failure.code === 'UNREACHABLE';

/** Why no broker could be used, where Kafka does not refuse us. */
export function unreachable(error: unknown, connection: KafkaConnection): KafkaError {
  const message = `None of the brokers ${brokerList(connection).join(', ')} answers: start Kafka or correct the address`;
  return [...within(error)].find(isTemporary) ?? new KafkaError('UNREACHABLE', message, { cause: error });
}

export function forbidden({ principal = 'this client' }: KafkaConnection, right: string, cause: unknown): KafkaError {
  return new KafkaError('FORBIDDEN', `Kafka denies ${principal} ${right}: grant it, see deploy/kafka/acls.sh`, {
    cause,
  });
}

function credentials({ name, code, message, type, apiId }: Failure, { sasl, principal = '' }: KafkaConnection) {
  if (/mechanism is not supported|UNSUPPORTED_SASL_MECHANISM/.test(`${message} ${type} ${apiId}`)) {
    return `Kafka does not offer the SASL mechanism ${sasl?.mechanism ?? ''}: correct KAFKA_SASL_MECHANISM`;
  }
  const isRefused = name === 'KafkaJSSASLAuthenticationError' || code === 'PLT_KFK_AUTHENTICATION';
  if (!isRefused && apiId !== 'SASL_AUTHENTICATION_FAILED' && type !== 'SASL_AUTHENTICATION_FAILED') return undefined;
  if (sasl?.mechanism === 'oauthbearer') {
    return `Kafka refuses the token of ${principal}: check KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_SCOPE`;
  }
  return `Kafka refuses the user ${principal} or its password: check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD`;
}

const UNTRUSTED = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
];

function tls({ code, message }: Failure, { tls: secured }: KafkaConnection): string | undefined {
  if (secured === undefined) return undefined;
  const text = `${typeof code === 'string' ? code : ''} ${message}`;
  if (UNTRUSTED.some((name) => text.includes(name))) {
    return 'The certificate of Kafka is signed by an unknown authority: set KAFKA_TLS_CA_FILE to its certificate';
  }
  if (text.includes('CERT_HAS_EXPIRED')) return 'The certificate of Kafka has expired: renew it on the brokers';
  if (text.includes('ERR_TLS_CERT_ALTNAME_INVALID')) {
    return 'The certificate of Kafka has other names than KAFKA_BROKERS: use a name of the certificate';
  }
  if (/ALERT_CERTIFICATE_EXPIRED|alert certificate expired/i.test(text)) {
    return 'Kafka refuses our certificate, which has expired: renew KAFKA_TLS_CERT_FILE';
  }
  if (/ALERT_CERTIFICATE_REQUIRED|alert certificate required/i.test(text)) {
    return 'Kafka requires a certificate: set KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE';
  }
  if (
    /ALERT_(BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNKNOWN_CA)|alert (bad certificate|certificate unknown|unknown ca)/i.test(
      text,
    )
  ) {
    return 'Kafka does not trust our certificate: check KAFKA_TLS_CERT_FILE';
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|wrong version number/i.test(text)) {
    return 'This Kafka listener does not use TLS: correct the port in KAFKA_BROKERS, or unset KAFKA_TLS';
  }
  return undefined;
}
