/** A record as Kafka delivered it. */
export interface FetchedRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly offset: string;
  /** Epoch ms, as a number in text. */
  readonly timestamp: string;
  /** The headers as they are on the wire; `eachHeader` walks over them without decoding those nobody needs. */
  readonly rawHeaders?: Buffer;
  /** The decoded headers, for records that came without the raw ones. */
  readonly headers?: DecodedHeaders;
}

export type DecodedHeaders = Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}
