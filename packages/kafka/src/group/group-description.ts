import kafkajs from 'kafkajs';
import type { KafkaConnection } from '../connection.ts';
import { explained, untilUsable, withAdmin } from '../topics.ts';
import type { TopicPartition } from './fetched-record.ts';
import { groupRefusal } from './group-refusal.ts';

/** A consumer group as the brokers report it. */
export interface GroupDescription {
  /** 0 when no member runs. */
  readonly members: number;
  /** The topics that its members subscribe to. */
  readonly subscriptions: readonly string[];
  /** The topics with committed offsets. */
  readonly committedTopics: readonly string[];
  /** -1 when nothing is committed. */
  committed(at: TopicPartition): number;
}

export interface LogOffsets {
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}

export function describeGroup(connection: KafkaConnection, groupId: string): Promise<GroupDescription> {
  return withAdmin(connection, async (admin) => {
    const asked = Promise.all([admin.describeGroups([groupId]), admin.fetchOffsets({ groupId })]);
    const [{ groups }, commits] = await asked.catch(async (error) => {
      throw (await groupRefusal(error, connection, groupId, `Describe on group ${groupId}`)) ?? error;
    });
    const members = groups[0]?.members ?? [];
    return {
      members: members.length,
      subscriptions: [...new Set(members.flatMap(({ memberMetadata }) => subscriptionsOf(memberMetadata)))],
      committedTopics: commits.map(({ topic }) => topic),
      committed: ({ topic, partition }) =>
        Number(
          commits.find((commit) => commit.topic === topic)?.partitions.find((one) => one.partition === partition)
            ?.offset ?? -1,
        ),
    };
  });
}

/** The low and high watermark of each partition, in the order of the topics and partitions. */
export function logOffsets(connection: KafkaConnection, topics: readonly string[]): Promise<LogOffsets[][]> {
  return withAdmin(connection, (admin) =>
    Promise.all(
      topics.map(async (topic) => {
        const asked = untilUsable(() => admin.fetchTopicOffsets(topic));
        const log = await asked.catch(explained(connection, `Describe on topic ${topic}`));
        return log
          .map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }))
          .sort((one, other) => one.partition - other.partition);
      }),
    ),
  );
}

/** A member reports its subscriptions before it has an assignment. */
function subscriptionsOf(metadata: Buffer): readonly string[] {
  if (metadata.length === 0) return [];
  return kafkajs.AssignerProtocol.MemberMetadata.decode(metadata)?.topics ?? [];
}
