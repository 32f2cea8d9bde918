/** A record to publish. */
export interface OutgoingRecord {
  topic: string;
  /** Records of a key keep their order. Records without a key rotate through the partitions. */
  key: Buffer | string | null;
  value: Buffer | null;
  /** Must not change until the record is acknowledged. */
  headers: Record<string, string | Buffer>;
  /** Overrides the partition of the key. */
  partition?: number;
  /** When to give up, in epoch milliseconds. */
  deadline?: number;
}

/** A record ready to send. Its partition and timestamp stay the same however often it is sent. */
export interface PlacedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string | Buffer>>;
  /** Epoch milliseconds. */
  readonly timestamp: number;
}

/** The most bytes that Kafka's record format adds to key, value and headers. */
const RECORD_OVERHEAD = 21;
const HEADER_OVERHEAD = 10;

/** An upper bound of the record's size on the wire. */
export function sizeOf({ key, value, headers }: Pick<PlacedRecord, 'key' | 'value' | 'headers'>): number {
  let size = RECORD_OVERHEAD + (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) {
    // A character of a name takes at most three bytes. Names are short, so this bound is cheaper than the exact size.
    size += HEADER_OVERHEAD + 3 * name.length + Buffer.byteLength(headers[name] as string | Buffer);
  }
  return size;
}
