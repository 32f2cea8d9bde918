import { describeTopics, type KafkaConnection, type Publisher, readTopics, topicNames } from '@switchboard/kafka';
import { createLedgerTopic } from '../retry/chain-topics.ts';
import { ledgerOf } from './ledger-topic.ts';

/** The action of an operator on a dead letter or a quarantined record. */
export interface LedgerEntry {
  readonly action: 'redriven' | 'purged' | 'resubmitted';
  readonly at: number;
  /** For a dead letter: how often it was redriven before. */
  readonly redrives: number;
}

/** Entries by the position of their record. */
export type Ledger = ReadonlyMap<string, LedgerEntry>;

export const placeName = ({ topic, partition, offset }: { topic: string; partition: number; offset: number }): string =>
  `${topic}:${partition}:${offset}`;

/** Reads the last action on each record of a topic. */
export async function readLedger(connection: KafkaConnection, topic: string): Promise<Ledger> {
  const ledger = new Map<string, LedgerEntry>();
  const name = ledgerOf(topic);
  if (!(await topicNames(connection)).includes(name)) return ledger;
  await readTopics(connection, [name], ({ key, value }) => {
    const entry = readEntry(value);
    if (key !== null && entry !== undefined) ledger.set(String(key), entry);
  });
  return ledger;
}

const ACTIONS: readonly unknown[] = ['redriven', 'purged', 'resubmitted'] satisfies LedgerEntry['action'][];

/** Undefined for a value that is not a ledger entry. */
function readEntry(value: Buffer | null): LedgerEntry | undefined {
  try {
    const { action, at, redrives } = JSON.parse(String(value)) as LedgerEntry;
    const isEntry = ACTIONS.includes(action) && Number.isSafeInteger(at) && Number.isSafeInteger(redrives);
    return isEntry ? { action, at, redrives } : undefined;
  } catch {
    return undefined;
  }
}

export type WriteEntry<Entry = LedgerEntry> = (key: string, entry: Entry) => Promise<void>;

/** Opens the ledger of a topic. Creates it if `register` has not. */
export async function openLedger<Entry = LedgerEntry>(
  connection: KafkaConnection,
  topic: string,
  publish: Publisher['publish'],
): Promise<WriteEntry<Entry>> {
  const name = ledgerOf(topic);
  if (!(await topicNames(connection)).includes(name)) {
    const [described] = await describeTopics(connection, [topic]);
    await createLedgerTopic(connection, topic, described?.replication ?? -1);
  }
  return (key, entry) => publish({ topic: name, key, value: Buffer.from(JSON.stringify(entry)), headers: {} });
}
