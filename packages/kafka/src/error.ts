/** Why a record was not published. Every code except `TIMEOUT` means that it was not written. */
export type DeliveryCode =
  /** Not acknowledged before its deadline. The record may still be written. */
  | 'TIMEOUT'
  /** The queue is full: shed load. */
  | 'QUEUE_FULL'
  /** The record exceeds the topic's maximum size. */
  | 'TOO_LARGE'
  /** The topic or the partition does not exist. */
  | 'UNKNOWN_TOPIC'
  /** The broker rejects this record permanently; the message says why. */
  | 'INVALID_RECORD'
  /** The broker rejects this client's records for the topic: permissions or policy. */
  | 'REFUSED'
  /** The publisher is closing. */
  | 'CLOSED';

export type KafkaCode =
  | DeliveryCode
  /** No broker answers. */
  | 'UNREACHABLE'
  /** Kafka refuses our credentials, or TLS cannot be established. */
  | 'UNAUTHENTICATED'
  /** Kafka denies us a right, which the message names. */
  | 'FORBIDDEN'
  /** A caller passed an invalid option. */
  | 'INVALID_OPTION'
  /** Topics that must match have different partition counts. */
  | 'PARTITION_MISMATCH'
  /** A topic could not be created. */
  | 'TOPIC_NOT_CREATED'
  /** The registry does not answer, or its answer is not a registry's: retry later. */
  | 'REGISTRY_UNREACHABLE'
  /** The registry has no schema with this id: the record can never be decoded. */
  | 'UNKNOWN_SCHEMA'
  /** A schema of the catalogue is not registered. */
  | 'UNREGISTERED_SCHEMA'
  /** A schema of the catalogue is incompatible with a registered version. */
  | 'INCOMPATIBLE_SCHEMA';

/** An error that this package throws deliberately. The message says what to do. */
export class KafkaError extends Error {
  readonly code: KafkaCode;

  constructor(code: KafkaCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KafkaError';
    this.code = code;
  }
}

/** A record that was not published, or (`TIMEOUT`) may not have been. */
export class DeliveryError extends KafkaError {
  declare readonly code: DeliveryCode;

  constructor(code: DeliveryCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'DeliveryError';
  }
}
