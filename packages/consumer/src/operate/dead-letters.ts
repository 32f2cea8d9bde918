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
 * open — it waits for somebody to decide; redriven, purged — somebody has; done — its event has had its effect after
 * all, by a redrive or because the service was killed right after the burial.
 */
export type LetterState = 'open' | 'redriven' | 'purged' | 'done';

/** A dead letter without its value, which may be large. */
export interface DeadLetter {
  /** Its place in the dead-letter topic: `<partition>-<offset>`. */
  readonly id: string;
  /** The ids of further records of the same death; a crash can leave them. */
  readonly copies: readonly string[];
  /** The ids of earlier deaths of the same event, each of which was redriven. */
  readonly earlier: readonly string[];
  readonly state: LetterState;
  /** When an operator redrove or purged it last, in epoch ms; 0 when no operator has. */
  readonly decidedAt: number;
  readonly service: string;
  readonly partition: number;
  readonly offset: number;
  readonly origin: Origin;
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
  /** What the consumer knows it by. */
  readonly subject: Pick<ConsumedRecord, 'identity' | 'orderKey'>;
}

/**
 * The dead letters of a service, each once, in the order of their deaths. Of an event that died again after a redrive
 * there is only the last letter.
 * @param since only those that died at or after this time (epoch ms)
 */
export async function readDeadLetters(
  connection: KafkaConnection,
  redis: ScopedRedis,
  service: string,
  since?: number,
): Promise<DeadLetter[]> {
  const topic = deadLetterTopicOf(service);
  if (!(await topicNames(connection)).includes(topic)) {
    const message = `There is no topic ${topic}: ${service} has never run here, or its name is another`;
    throw new KafkaError('UNKNOWN_TOPIC', message);
  }
  const [ledger, letters] = await Promise.all([
    readLedger(connection, topic),
    readLetters(connection, service, topic, since),
  ]);
  const done = await readDone(
    redis,
    service,
    letters.map(({ subject }) => subject.identity),
  );
  return letters
    .map((letter) => ({
      ...letter,
      state: stateOf(letter, ledger, done),
      decidedAt: ledger.get(placeName(letter.origin))?.at ?? 0,
    }))
    .sort((one, other) => one.diedAt - other.diedAt);
}

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
      const place = placeName(letter.origin);
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
  const { origin, identity, orderKey, position } = asConsumed(stored, 'chain');
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
    acceptedAt,
    key: stored.key === null ? null : String(stored.key),
    eventId: headers.ce_id ?? '',
    type: headers.ce_type ?? '',
    source: headers.ce_source ?? '',
    code: headers['__dlq.errors.code'] ?? '',
    message: headers['__dlq.errors.message'] ?? `no dead letter of the chain: it came to ${topic} some other way`,
    diedAt: readTime(stored.headerBytes['__dlq.errors.timestamp']) || timestamp,
    runs: attempts,
    redrives: redrive,
    bytes: stored.value?.length ?? 0,
    subject: { identity, orderKey },
  };
}

/**
 * As the consumer reads it, from a `source` topic or from its `chain`: who it is and what it waits for is decided in
 * one place.
 */
export function asConsumed(
  { topic, partition, offset, key, value, headerBytes, timestamp }: StoredRecord,
  where: 'source' | 'chain',
): ConsumedRecord {
  const longestWaitMs = where === 'chain' ? Number.POSITIVE_INFINITY : undefined;
  const from = { topic, partition, active: true, longestWaitMs, settle: () => undefined };
  const message = { key, value, headers: headerBytes, timestamp: String(timestamp), attributes: 0, offset: '' };
  const record = readRecord(from, message, { offset, since: timestamp, done: false });
  return UNVERIFIED in headerBytes && where === 'chain' ? { ...record, identity: placeOf(record) } : record;
}

function stateOf({ origin, redrives, subject }: DeadLetter, ledger: Ledger, done: ReadonlySet<string>): LetterState {
  if (done.has(subject.identity)) return 'done';
  const entry = ledger.get(placeName(origin));
  if (entry === undefined || entry.redrives < redrives || entry.action === 'resubmitted') return 'open';
  return entry.action;
}
