import { describeGroup, type KafkaConnection, logOffsets, topicNames } from '@switchboard/kafka';
import { retryTopicsOf, waitingTopicOf } from '../retry/retry-topics.ts';

export interface PartitionProgress {
  readonly partition: number;
  /** The offset at which the service continues: everything before it is settled. */
  readonly committed: number;
  readonly low: number;
  readonly high: number;
}

export interface TopicProgress {
  readonly topic: string;
  readonly partitions: readonly PartitionProgress[];
}

/** The progress of a service in its topics. */
export interface ServiceProgress {
  readonly service: string;
  /** Members of its group: 0 if no instance runs. */
  readonly members: number;
  /** The source topics that it reads. */
  readonly sources: readonly TopicProgress[];
  /** Its retry topics, in ascending order of their delays, and its waiting topic. */
  readonly retries: readonly TopicProgress[];
}

/** If no instance of the service runs, its commits show which topics it read last. */
export async function readProgress(connection: KafkaConnection, service: string): Promise<ServiceProgress> {
  const existing = new Set(await topicNames(connection));
  const group = await describeGroup(connection, service);
  const { subscriptions } = group;
  const read = subscriptions.length > 0 ? subscriptions : group.committedTopics;
  const isRetryTopic = (topic: string): boolean => topic.startsWith(`${service}.retry.`);
  // A service that has just started has no commits in its retry topics yet.
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

/** Sorts by delay, the waiting topic last. Leaves out others without a delay in their names, such as those created by hand. */
function inOrder(service: string, topics: readonly string[]): string[] {
  const waiting = waitingTopicOf(service);
  const delays = topics.flatMap((topic) => /\.retry\.(\d+(?:ms|s|m|h))$/.exec(topic)?.[1] ?? []);
  const retries = [...retryTopicsOf(service, delays).retries].sort((one, other) => one.delayMs - other.delayMs);
  return [...retries.map(({ topic }) => topic), ...(topics.includes(waiting) ? [waiting] : [])];
}
