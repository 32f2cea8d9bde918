import {
  createTopics,
  describeTopics,
  type KafkaConnection,
  type Publisher,
  readTopics,
  topicNames,
} from '@switchboard/kafka';

/** What an operator did with a record that had come to a stop. */
export interface LedgerEntry {
  readonly action: 'redriven' | 'purged' | 'resubmitted';
  readonly at: number;
  /** For a dead letter: how often it had been redriven before. */
  readonly redrives: number;
}

/** Entries by the place that they are about. */
export type Ledger = ReadonlyMap<string, LedgerEntry>;

/** Compacted: it holds the last entry of each place for as long as there may be a record to compare it with. */
export const ledgerOf = (topic: string): string => `${topic}.ledger`;

export const placeName = ({ topic, partition, offset }: { topic: string; partition: number; offset: number }): string =>
  `${topic}:${partition}:${offset}`;

/** What was done so far with the records of a topic. */
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

/** Undefined for a value that no version of ours has written. */
function readEntry(value: Buffer | null): LedgerEntry | undefined {
  try {
    const { action, at, redrives } = JSON.parse(String(value)) as LedgerEntry;
    const isEntry = ACTIONS.includes(action) && Number.isSafeInteger(at) && Number.isSafeInteger(redrives);
    return isEntry ? { action, at, redrives } : undefined;
  } catch {
    return undefined;
  }
}

export type WriteEntry = (place: string, entry: LedgerEntry) => Promise<void>;

/** Creates the ledger of a topic where there is none yet. */
export async function openLedger(
  connection: KafkaConnection,
  topic: string,
  publish: Publisher['publish'],
): Promise<WriteEntry> {
  const name = ledgerOf(topic);
  const [described] = await describeTopics(connection, [topic]);
  const replication = described?.replication ?? -1;
  await createTopics(connection, {
    topics: [name],
    partitions: 1,
    replication,
    config: { 'cleanup.policy': 'compact' },
  });
  return (place, entry) => publish({ topic: name, key: place, value: Buffer.from(JSON.stringify(entry)), headers: {} });
}
