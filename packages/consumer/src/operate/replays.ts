import { randomUUID } from 'node:crypto';
import {
  type KafkaConnection,
  KafkaError,
  type Publisher,
  type Range,
  readTopics,
  topicNames,
} from '@switchboard/kafka';
import { deadLetterTopicOf } from '../retry/retry-topics.ts';
import { openLedger } from './ledger.ts';
import { ledgerOf } from './ledger-topic.ts';

/** Which events of the source topics a service gets once more. */
export interface ReplaySelection {
  readonly service: string;
  /** Undefined: the events of all tenants. */
  readonly tenant: string | undefined;
  readonly types: readonly string[];
  /** When Kafka took the events, in epoch ms. */
  readonly since: number;
  readonly until: number;
}

/** A replay as the ledger of the service's dead letters knows it. */
export interface Replay extends ReplaySelection {
  /** Part of the identity of its events. Never given twice in a service. */
  readonly number: number;
  readonly startedAt: number;
  /** When the entry was written. */
  readonly at: number;
  /** Events that were sent so far. */
  readonly sent: number;
  /** The parts of the source topics that are not sent yet. Empty when it is complete. */
  readonly left: readonly Range[];
}

export type SaveReplay = (replay: Replay) => Promise<void>;

const keyOf = (number: number): string => `replay:${number}`;

/** Writes the progress of replays. */
export async function openReplays(
  connection: KafkaConnection,
  service: string,
  publish: Publisher['publish'],
): Promise<SaveReplay> {
  const write = await openLedger<Omit<Replay, 'service' | 'number'>>(connection, deadLetterTopicOf(service), publish);
  return ({ service: _, number, ...entry }) => write(keyOf(number), entry);
}

/**
 * Begins a replay under a number of its own: the position of a claim in the ledger, which has one partition. So two
 * operators get two numbers, and a number is not given again when Redis has lost its data.
 */
export async function beginReplay(
  connection: KafkaConnection,
  publish: Publisher['publish'],
  selection: ReplaySelection,
  ranges: readonly Range[],
): Promise<Replay> {
  const topic = deadLetterTopicOf(selection.service);
  const claim = `replay-claim:${randomUUID()}`;
  const write = await openLedger<object>(connection, topic, publish);
  await write(claim, {});
  let number = 0;
  await readTopics(connection, [ledgerOf(topic)], ({ key, offset }) => {
    if (String(key) === claim) number = offset + 1;
  });
  if (number === 0) {
    throw new KafkaError('UNREACHABLE', `The number of the replay is not in ${ledgerOf(topic)}: run the command again`);
  }
  const now = Date.now();
  const replay = { ...selection, number, startedAt: now, at: now, sent: 0, left: ranges };
  await (await openReplays(connection, selection.service, publish))(replay);
  return replay;
}

/** The replays of a service, in the order of their numbers. */
export async function readReplays(connection: KafkaConnection, service: string): Promise<Replay[]> {
  const ledger = ledgerOf(deadLetterTopicOf(service));
  if (!(await topicNames(connection)).includes(ledger)) return [];
  const replays = new Map<number, Replay>();
  await readTopics(connection, [ledger], ({ key, value }) => {
    const [, number] = /^replay:(\d{1,15})$/.exec(String(key)) ?? [];
    if (number === undefined) return;
    const replay = readEntry(service, Number(number), value);
    if (replay !== undefined) replays.set(replay.number, replay);
  });
  return [...replays.values()].sort((one, other) => one.number - other.number);
}

/** Undefined for a value that is not the entry of a replay. */
function readEntry(service: string, number: number, value: Buffer | null): Replay | undefined {
  try {
    const { tenant, types, since, until, startedAt, at, sent, left } = JSON.parse(String(value)) as Replay;
    const isEntry =
      [since, until, startedAt, at, sent].every(Number.isFinite) &&
      [types, left].every(Array.isArray) &&
      (tenant === undefined || typeof tenant === 'string');
    return isEntry ? { service, number, tenant, types, since, until, startedAt, at, sent, left } : undefined;
  } catch {
    return undefined;
  }
}
