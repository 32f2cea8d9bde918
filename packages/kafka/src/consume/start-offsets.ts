import type { Admin } from 'kafkajs';

export interface StartOffset {
  readonly offset: number;
  /** Set when the committed offset was not in the log. */
  readonly lost?: { readonly committed: number; readonly low: number; readonly high: number };
}

/**
 * Where a group goes on in each partition: at the committed offset, or at the earliest one where there is none or the
 * log no longer has it; kafkajs would jump to the latest then, and skip what lies between.
 */
export async function startOffsets(
  admin: Admin,
  groupId: string,
  partitions: readonly { topic: string; partition: number }[],
): Promise<StartOffset[]> {
  const topics = [...new Set(partitions.map(({ topic }) => topic))];
  if (topics.length === 0) return [];
  const [groups, ...logs] = await Promise.all([
    admin.fetchOffsets({ groupId, topics }),
    ...topics.map((topic) => admin.fetchTopicOffsets(topic)),
  ]);
  return partitions.map(({ topic, partition }) => {
    const isIt = (candidate: { partition: number }): boolean => candidate.partition === partition;
    const log = logs[topics.indexOf(topic)]?.find(isIt);
    const [low, high] = [Number(log?.low ?? 0), Number(log?.high ?? 0)];
    const committed = Number(groups.find((group) => group.topic === topic)?.partitions.find(isIt)?.offset ?? -1);
    if (committed < 0) return { offset: low };
    return committed < low || committed > high
      ? { offset: low, lost: { committed, low, high } }
      : { offset: committed };
  });
}
