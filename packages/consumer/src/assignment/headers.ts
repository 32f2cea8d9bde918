import { type FetchedRecord, HeaderCursor } from '@switchboard/kafka';

/** Headers by name. If a header appears more than once, the last one counts, as in most clients. */
export type Headers = Readonly<Record<string, Buffer>>;

/** The headers that the consumer adds in retry topics. Ignored in source topics, where anyone may write them. */
export const RETRY_HEADERS = {
  attempt: 'retry-attempt',
  round: 'retry-round',
  dueAt: 'retry-due-at',
  hop: 'retry-hop',
  waitsFor: 'retry-waits-for',
  steps: 'retry-steps',
  redrive: 'redrive',
  replay: 'replay',
  originTopic: 'origin-topic',
  originPartition: 'origin-partition',
  originOffset: 'origin-offset',
  originTimestamp: 'origin-timestamp',
} as const;

const DEAD_LETTER = '__dlq.';
/** Set on a dead letter whose value does not confirm its headers: its position is its identity. */
export const UNVERIFIED = '__dlq.errors.unverified';

const ADDED = new Set<string>(Object.values(RETRY_HEADERS));
export const isRetryHeader = (name: string): boolean => ADDED.has(name) || name.startsWith(DEAD_LETTER);

export const EVENT_HEADERS = ['ce_id', 'ce_type', 'ce_source'] as const;
const READ = new Set<string>([...EVENT_HEADERS, 'ce_subject', 'traceparent', ...ADDED, UNVERIFIED]);
const LONGEST_READ = Math.max(...[...READ].map(({ length }) => length));

const TEXTS = [...EVENT_HEADERS, 'traceparent'] as const;
/** No two of these names are equally long. */
const TEXT_BY_LENGTH: ((typeof TEXTS)[number] | undefined)[] = [];
for (const name of TEXTS) TEXT_BY_LENGTH[name.length] = name;

/** Limits of the headers that a record keeps in retry topics. Headers that the consumer reads are always kept. */
const MOST_CARRIED = { headers: 128, bytes: 64 * 1024 };

type Message = Pick<FetchedRecord, 'headers' | 'rawHeaders'>;

/** Returns the headers that the consumer reads, without decoding the others. */
export function readHeaders(message: Message): Headers {
  const { rawHeaders: raw } = message;
  const found: Record<string, Buffer> = {};
  if (raw === undefined) {
    for (const name of READ) {
      const value = lastOf(message.headers?.[name]);
      if (value !== undefined) found[name] = value;
    }
    return found;
  }
  for (const cursor = new HeaderCursor(raw); cursor.next(); ) {
    const { nameAt, nameLength, valueAt, valueLength } = cursor;
    if (nameLength > LONGEST_READ || valueLength < 0) continue;
    const name = raw.toString('latin1', nameAt, nameAt + nameLength);
    if (READ.has(name)) found[name] = raw.subarray(valueAt, valueAt + valueLength);
  }
  return found;
}

/** What a record in a source topic is known by. */
export type EventTexts = { [name in (typeof TEXTS)[number]]?: string | undefined };

/** Reads these headers as `readHeaders` does, without a buffer for each: every record that is read comes through here. */
export function readTexts(message: Message): EventTexts {
  const { rawHeaders: raw } = message;
  const found: EventTexts = {};
  if (raw === undefined) {
    const headers = readHeaders(message);
    for (const name of TEXTS) found[name] = headers[name]?.toString();
    return found;
  }
  for (const cursor = new HeaderCursor(raw); cursor.next(); ) {
    const name = TEXT_BY_LENGTH[cursor.nameLength];
    if (name === undefined || !cursor.isNamed(name) || cursor.valueLength < 0) continue;
    found[name] = raw.toString('utf8', cursor.valueAt, cursor.valueAt + cursor.valueLength);
  }
  return found;
}

/** The sender's headers without those of retry topics. Beyond the limits, only the first ones. */
export function carriedHeaders(message: Message): Record<string, Buffer> {
  const { rawHeaders: raw } = message;
  const carried: [string, Buffer][] = Object.entries(readHeaders(message));
  let bytes = 0;
  if (raw !== undefined) {
    for (const cursor = new HeaderCursor(raw); cursor.next(); ) {
      const { nameAt, nameLength, valueAt, valueLength } = cursor;
      bytes += nameLength + valueLength;
      if (carried.length >= MOST_CARRIED.headers || bytes > MOST_CARRIED.bytes) break;
      const name = raw.toString('utf8', nameAt, nameAt + nameLength);
      carried.push([name, raw.subarray(valueAt, valueAt + Math.max(valueLength, 0))]);
    }
  }
  return Object.fromEntries(carried.filter(([name]) => !isRetryHeader(name)));
}

function lastOf(value: string | Buffer | (string | Buffer)[] | undefined): Buffer | undefined {
  const last = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === 'string' ? Buffer.from(last) : last;
}
