import kafkajs, { type Admin } from 'kafkajs';
import type { KafkaConnection } from '../connection.ts';
import { createChain } from '../consume/chain.ts';
import { topicNames, untilUsable, withAdmin } from '../topics.ts';

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
  readonly tiers: readonly TopicProgress[];
}

/** While a service does not run, what it read last is known from its commits. */
export async function readProgress(connection: KafkaConnection, service: string): Promise<ServiceProgress> {
  const existing = new Set(await topicNames(connection));
  return withAdmin(connection, async (admin) => {
    const [{ groups }, commits] = await Promise.all([
      admin.describeGroups([service]),
      admin.fetchOffsets({ groupId: service }),
    ]);
    const members = groups[0]?.members ?? [];
    const subscribed = new Set(members.flatMap(({ memberMetadata }) => topicsOf(memberMetadata)));
    const read = subscribed.size > 0 ? [...subscribed] : commits.map(({ topic }) => topic);
    const isTier = (topic: string): boolean => topic.startsWith(`${service}.retry.`);
    // One that has just come up has no commits of its chain yet.
    const tiers = [...(subscribed.size > 0 ? read : existing)].filter((topic) => isTier(topic) && existing.has(topic));
    const committed = (topic: string, partition: number): number =>
      Number(
        commits.find((commit) => commit.topic === topic)?.partitions.find((one) => one.partition === partition)
          ?.offset ?? -1,
      );
    const progressOf = (topics: readonly string[]): Promise<TopicProgress[]> =>
      Promise.all(topics.map((topic) => progress(admin, topic, (partition) => committed(topic, partition))));
    return {
      service,
      members: members.length,
      sources: await progressOf(read.filter((topic) => !isTier(topic) && existing.has(topic)).sort()),
      tiers: await progressOf(inOrder(service, tiers)),
    };
  });
}

async function progress(admin: Admin, topic: string, committed: (partition: number) => number): Promise<TopicProgress> {
  const log = await untilUsable(() => admin.fetchTopicOffsets(topic));
  const partitions = log.map(({ partition, low, high }) => ({
    partition,
    committed: Math.max(committed(partition), Number(low)),
    low: Number(low),
    high: Number(high),
  }));
  return { topic, partitions: partitions.sort((one, other) => one.partition - other.partition) };
}

/** What a member subscribes to, which it says before it is assigned anything. */
function topicsOf(metadata: Buffer): string[] {
  if (metadata.length === 0) return [];
  return [...(kafkajs.AssignerProtocol.MemberMetadata.decode(metadata)?.topics ?? [])];
}

/** Of tiers that somebody made by hand, or whose names say no delay, nothing is known. */
function inOrder(service: string, topics: readonly string[]): string[] {
  const delays = topics.flatMap((topic) => /\.retry\.(\d+(?:ms|s|m|h))$/.exec(topic)?.[1] ?? []);
  return [...createChain(service, delays).tiers]
    .sort((one, other) => one.delayMs - other.delayMs)
    .map(({ topic }) => topic);
}
