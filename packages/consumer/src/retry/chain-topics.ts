import {
  createTopics,
  describeTopics,
  type KafkaConnection,
  KafkaError,
  type TopicDescription,
} from '@switchboard/kafka';
import { ledgerOf } from '../operate/ledger-topic.ts';
import { type RetryTopics, retryTopicsOf } from './retry-topics.ts';

/** The consumer adds headers, and every record of a source topic must fit into the retry topics. */
const MOST_BYTES = 3 * 1024 * 1024;
/** The limit of one record. The rest is for the batch around it. */
export const RETRY_RECORD_BYTES = MOST_BYTES - 4 * 1024;

export interface ChainToCreate {
  service: string;
  /** As in `RETRY_DELAYS`: part of the names of the topics. */
  retryDelays: readonly string[];
  /** The partition count of the source topics: an event keeps its partition number in all of them. */
  partitions: number;
  replication: number;
}

/**
 * Creates the retry topics, the waiting topic, the dead-letter topic and the ledger of a service. Services only check them.
 * @returns their names
 * @throws KafkaError when an existing topic has another partition count
 */
export async function createChainTopics(connection: KafkaConnection, chain: ChainToCreate): Promise<string[]> {
  const { service, retryDelays, partitions, replication } = chain;
  const { topics, deadLetterTopic } = retryTopicsOf(service, retryDelays);
  const config = { 'max.message.bytes': String(MOST_BYTES) };
  await createTopics(connection, { topics, partitions, replication, config });
  return [...topics, await createLedgerTopic(connection, deadLetterTopic, replication)];
}

/** Creates the topic that remembers what operators did with the records of `topic`. */
export async function createLedgerTopic(
  connection: KafkaConnection,
  topic: string,
  replication: number,
): Promise<string> {
  const name = ledgerOf(topic);
  const config = { 'cleanup.policy': 'compact' };
  await createTopics(connection, { topics: [name], partitions: 1, replication, config });
  return name;
}

/**
 * Checks that the source topics and the topics of the chain exist, all with one partition count.
 * @throws KafkaError that says what is missing and how to create it
 */
export async function checkChainTopics(
  connection: KafkaConnection,
  sources: readonly string[],
  { service, topics }: RetryTopics,
  retryDelays: readonly string[],
): Promise<void> {
  const described = await Promise.all([
    describeTopics(connection, sources),
    describeTopics(connection, topics, `RETRY_DELAYS=${retryDelays.join(',')}`),
  ]);
  const found = described.flat();
  const [first] = found;
  if (first === undefined) return;
  const other = found.find(({ partitions }) => partitions !== first.partitions);
  if (other !== undefined) throw new KafkaError('PARTITION_MISMATCH', mismatch(service, first, other, sources));
}

function mismatch(service: string, first: TopicDescription, other: TopicDescription, sources: readonly string[]) {
  const counts = `${first.topic} with ${first.partitions} partitions and ${other.topic} with ${other.partitions}`;
  return sources.includes(other.topic)
    ? `${service} consumes ${counts}: its retry topics need one count. Give both topics the same, or split the service.`
    : `${service} uses ${counts}: the number cannot change once there is data. Delete ${other.topic} if its data may go.`;
}
