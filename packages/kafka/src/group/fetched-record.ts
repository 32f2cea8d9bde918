/** A record as fetched from Kafka. */
export interface FetchedRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly offset: string;
  /** Epoch milliseconds as text. */
  readonly timestamp: string;
  /** The headers' wire bytes. A `HeaderCursor` goes through them without decoding the ones that are not needed. */
  readonly rawHeaders?: Buffer;
  /** The decoded headers, for records without raw headers. */
  readonly headers?: DecodedHeaders;
}

export type DecodedHeaders = Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}
