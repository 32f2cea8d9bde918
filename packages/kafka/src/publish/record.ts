/** A record as a caller hands it in. */
export interface OutgoingRecord {
  topic: string;
  /** Records of one key keep their order. Those without one go round the partitions. */
  key: Buffer | string | null;
  value: Buffer | null;
  headers: Record<string, string | Buffer>;
  /** Overrides the choice by key. */
  partition?: number;
  /** When to give up, in epoch milliseconds. */
  deadline?: number;
}

/** A record that is ready to send: its place and its time do not change any more, however often it is sent. */
export interface PlacedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
  /** Epoch milliseconds. */
  readonly timestamp: number;
}

/** The most that Kafka's record format adds to key, value and headers. */
const RECORD_OVERHEAD = 21;
const HEADER_OVERHEAD = 10;

/** An upper bound of the record's size on the wire. */
export function sizeOf(key: Buffer | null, value: Buffer | null, headers: Readonly<Record<string, Buffer>>): number {
  let size = RECORD_OVERHEAD + (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) {
    // A character of a name is three bytes at most; names are short, so the bound is cheaper than the truth.
    size += HEADER_OVERHEAD + 3 * name.length + (headers[name] as Buffer).length;
  }
  return size;
}
