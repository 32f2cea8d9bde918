/** Why a record was not published. All but `TIMEOUT` mean that it was not written. */
export type DeliveryCode =
  /** Not acknowledged before its deadline. It may still appear. */
  | 'TIMEOUT'
  /** The queue is full: the caller should shed load. */
  | 'QUEUE_FULL'
  /** The record is larger than the topic takes. */
  | 'TOO_LARGE'
  /** The topic, or that partition of it, does not exist. */
  | 'UNKNOWN_TOPIC'
  /** The broker will never take this record: its message says why. */
  | 'INVALID_RECORD'
  /** The broker will take no record for this topic from this client: rights or policy. */
  | 'REFUSED'
  /** The publisher is closing. */
  | 'CLOSED';

export type KafkaCode =
  | DeliveryCode
  /** No broker answers. */
  | 'UNREACHABLE'
  /** An option of the caller makes no sense. */
  | 'INVALID_OPTION'
  /** Topics that belong together have different partition counts. */
  | 'PARTITION_MISMATCH'
  /** A topic could not be created. */
  | 'TOPIC_NOT_CREATED'
  /** The registry does not answer, or not as a registry: try again later. */
  | 'REGISTRY_UNREACHABLE'
  /** The registry answers that it holds no schema of this id: such a record can never be decoded. */
  | 'UNKNOWN_SCHEMA'
  /** A schema of the catalogue was not registered yet. */
  | 'UNREGISTERED_SCHEMA'
  /** A schema of the catalogue breaks what the registry already holds. */
  | 'INCOMPATIBLE_SCHEMA';

/** What this package throws on purpose. The message says what to do. */
export class KafkaError extends Error {
  readonly code: KafkaCode;

  constructor(code: KafkaCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KafkaError';
    this.code = code;
  }
}

/** A record that was not published, or (`TIMEOUT`) not known to be. */
export class DeliveryError extends KafkaError {
  declare readonly code: DeliveryCode;

  constructor(code: DeliveryCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'DeliveryError';
  }
}
