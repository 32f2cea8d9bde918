import {
  epochMs,
  type KafkaConnection,
  KafkaError,
  readTopics,
  type StoredRecord,
  topicNames,
} from '@switchboard/kafka';
import { UNVERIFIED } from '../assignment/headers.ts';
import { type ConsumedRecord, type Origin, placeOf, readRecord, readTime } from '../assignment/record.ts';
import type { ScopedRedis } from '../redis/scoped-redis.ts';
import { deadLetterTopicOf } from '../retry/retry-topics.ts';
import { type Ledger, placeName, readLedger } from './ledger.ts';
import { readDone } from './marks.ts';

/**
 * open — an operator has to decide; redriven, purged — an operator has decided; done — its event had its effect after
 * all, through a redrive or because the service was killed right after it wrote the dead letter.
 */
export type LetterState = 'open' | 'redriven' | 'purged' | 'done';

/** A dead letter without its value, which may be large. */
export interface DeadLetter {
  /** Its position in the dead-letter topic: `<partition>-<offset>`. */
  readonly id: string;
  /** The ids of duplicate records of the same death, which a crash can leave. */
  readonly copies: readonly string[];
  /** The ids of earlier dead letters of the same event, each of which was redriven. */
  readonly earlier: readonly string[];
  readonly state: LetterState;
  /** When an operator last redrove or purged it, in epoch ms; 0 if none has. */
  readonly decidedAt: number;
  readonly service: string;
  readonly partition: number;
  readonly offset: number;
  readonly origin: Origin;
  /** The replay that brought the event; 0 for the event itself. */
  readonly replay: number;
  /** Epoch milliseconds. */
  readonly acceptedAt: number;
  readonly key: string | null;
  readonly eventId: string;
  readonly type: string;
  /** Tenant and source of the event, as `/tenant/source`. */
  readonly source: string;
  readonly code: string;
  readonly message: string;
  /** Epoch milliseconds. */
  readonly diedAt: number;
  readonly runs: number;
  readonly redrives: number;
  readonly bytes: number;
  /** Its identity and order key in the consumer. */
  readonly subject: Pick<ConsumedRecord, 'identity' | 'orderKey'>;
}

/**
 * Returns the dead letters of a service in the order of their deaths, one for each event: the last one.
 * @param since only letters from this time on, in epoch ms
 */
export async function readDeadLetters(
  connection: KafkaConnection,
  redis: ScopedRedis,
  service: string,
  since?: number,
): Promise<DeadLetter[]> {
  const topic = deadLetterTopicOf(service);
  if (!(await topicNames(connection)).includes(topic)) {
    const message = `There is no topic ${topic}: ${service} has never run here, or has another name`;
    throw new KafkaError('UNKNOWN_TOPIC', message);
  }
  const [ledger, letters] = await Promise.all([
    readLedger(connection, topic),
    readLetters(connection, service, topic, since),
  ]);
  const done = await readDone(
    redis,
    service,
    letters.map(({ subject }) => subject),
  );
  return letters
    .map((letter) => ({
      ...letter,
      state: stateOf(letter, ledger, done),
      decidedAt: ledger.get(letterPlace(letter))?.at ?? 0,
    }))
    .sort((one, other) => one.diedAt - other.diedAt);
}

/** Names the event of a dead letter in the ledger. Each replay of the event has an entry of its own. */
export const letterPlace = ({ origin, replay }: { origin: Parameters<typeof placeName>[0]; replay: number }): string =>
  replay === 0 ? placeName(origin) : `${placeName(origin)}~${replay}`;

async function readLetters(
  connection: KafkaConnection,
  service: string,
  topic: string,
  since: number | undefined,
): Promise<DeadLetter[]> {
  const deaths = new Map<string, { last: DeadLetter; copies: string[]; earlier: string[] }>();
  await readTopics(
    connection,
    [topic],
    (record) => {
      const letter = letterOf(service, record);
      const place = letterPlace(letter);
      const known = deaths.get(place);
      if (known === undefined) deaths.set(place, { last: letter, copies: [], earlier: [] });
      else if (known.last.redrives < letter.redrives) {
        known.earlier.push(known.last.id, ...known.copies.splice(0));
        known.last = letter;
      } else if (known.last.redrives === letter.redrives) known.copies.push(letter.id);
      else known.earlier.push(letter.id);
    },
    since,
  );
  return [...deaths.values()].map(({ last, copies, earlier }) => ({ ...last, copies, earlier }));
}

function letterOf(service: string, stored: StoredRecord): DeadLetter {
  const { topic, partition, offset, headers, timestamp } = stored;
  const { origin, replay, identity, orderKey, position } = asConsumed(stored, 'retry');
  const { redrive, attempts } = position;
  const acceptedAt = epochMs(origin.timestamp, timestamp);
  return {
    id: `${partition}-${offset}`,
    copies: [],
    earlier: [],
    state: 'open',
    decidedAt: 0,
    service,
    partition,
    offset,
    origin,
    replay,
    acceptedAt,
    key: stored.key === null ? null : String(stored.key),
    eventId: headers.ce_id ?? '',
    type: headers.ce_type ?? '',
    source: headers.ce_source ?? '',
    code: headers['__dlq.errors.code'] ?? '',
    message: headers['__dlq.errors.message'] ?? `not written by the consumer: it reached ${topic} some other way`,
    diedAt: readTime(stored.headerBytes['__dlq.errors.timestamp']) || timestamp,
    runs: attempts,
    redrives: redrive,
    bytes: stored.value?.length ?? 0,
    subject: { identity, orderKey },
  };
}

/**
 * Reads a stored record as the consumer does, from a `source` or a `retry` topic, so that its identity and order key
 * are determined in one place.
 */
export function asConsumed(
  { topic, partition, offset, key, value, headerBytes, timestamp }: StoredRecord,
  where: 'source' | 'retry',
): ConsumedRecord {
  const longestWaitMs = where === 'retry' ? Number.POSITIVE_INFINITY : undefined;
  const from = {
    topic,
    partition,
    active: true,
    longestWaitMs,
    fullness: 'roomy' as const,
    shareOf: () => 0,
    letPass: () => undefined,
    settle: () => undefined,
  };
  const message = { key, value, headers: headerBytes, timestamp: String(timestamp), attributes: 0, offset: '' };
  const record = readRecord(from, message, { offset, since: timestamp, tenant: '', done: false });
  return UNVERIFIED in headerBytes && where === 'retry' ? { ...record, identity: placeOf(record) } : record;
}

function stateOf(letter: DeadLetter, ledger: Ledger, done: ReadonlySet<string>): LetterState {
  const { redrives, subject } = letter;
  if (done.has(subject.identity)) return 'done';
  const entry = ledger.get(letterPlace(letter));
  if (entry === undefined || entry.redrives < redrives || entry.action === 'resubmitted') return 'open';
  return entry.action;
}
