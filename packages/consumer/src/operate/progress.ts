import { describeGroup, type KafkaConnection, logOffsets, topicNames } from '@switchboard/kafka';
import { retryTopicsOf } from '../retry/retry-topics.ts';

export interface PartitionProgress {
  readonly partition: number;
  /** Where the service goes on: everything before it is done, dead, skipped or further on in the chain. */
  readonly committed: number;
  readonly low: number;
  readonly high: number;
}

export interface TopicProgress {
  readonly topic: string;
  readonly partitions: readonly PartitionProgress[];
}

/** How far a service is. */
export interface ServiceProgress {
  readonly service: string;
  /** Members of its group: 0 when nothing of it runs. */
  readonly members: number;
  /** The topics of the catalogue that it reads. */
  readonly sources: readonly TopicProgress[];
  /** The topics of its retry chain, in rising order of their delays. */
  readonly retries: readonly TopicProgress[];
}

/** While a service does not run, its commits tell which topics it read last. */
export async function readProgress(connection: KafkaConnection, service: string): Promise<ServiceProgress> {
  const existing = new Set(await topicNames(connection));
  const group = await describeGroup(connection, service);
  const { subscriptions } = group;
  const read = subscriptions.length > 0 ? subscriptions : group.committedTopics;
  const isRetryTopic = (topic: string): boolean => topic.startsWith(`${service}.retry.`);
  // One that has just come up has no commits of its chain yet.
  const retries = [...(subscriptions.length > 0 ? read : existing)].filter(
    (topic) => isRetryTopic(topic) && existing.has(topic),
  );
  const progressOf = async (topics: readonly string[]): Promise<TopicProgress[]> => {
    const logs = await logOffsets(connection, topics);
    return topics.map((topic, index) => ({
      topic,
      partitions: (logs[index] ?? []).map(({ partition, low, high }) => ({
        partition,
        committed: Math.max(group.committed({ topic, partition }), low),
        low,
        high,
      })),
    }));
  };
  return {
    service,
    members: group.members,
    sources: await progressOf(read.filter((topic) => !isRetryTopic(topic) && existing.has(topic)).sort()),
    retries: await progressOf(inOrder(service, retries)),
  };
}

/** Leaves out topics that were created by hand, or whose names hold no delay. */
function inOrder(service: string, topics: readonly string[]): string[] {
  const delays = topics.flatMap((topic) => /\.retry\.(\d+(?:ms|s|m|h))$/.exec(topic)?.[1] ?? []);
  return [...retryTopicsOf(service, delays).retries]
    .sort((one, other) => one.delayMs - other.delayMs)
    .map(({ topic }) => topic);
}
