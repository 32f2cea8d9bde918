import type { Admin } from 'kafkajs';

export interface StartOffset {
  readonly offset: number;
  /** Set when the committed offset was not in the log. */
  readonly lost?: LostOffset;
}

export interface LostOffset {
  readonly committed: number;
  readonly low: number;
  readonly high: number;
  /** Records that were deleted before they were read; 1 where it is only known that there may be some. */
  readonly records: number;
}

/** What Kafka answers of a group that has committed nothing. */
const NONE = -1;

/**
 * Where a group goes on in each partition: at the committed offset, or at the earliest one where there is none or the
 * log no longer has it; kafkajs would jump to the latest then, and skip what lies between.
 */
export async function startOffsets(
  admin: Pick<Admin, 'fetchOffsets' | 'fetchTopicOffsets'>,
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
    const committed = Number(groups.find((group) => group.topic === topic)?.partitions.find(isIt)?.offset ?? NONE);
    if (committed === NONE) return { offset: low };
    if (committed >= low && committed <= high) return { offset: committed };
    // kafkajs commits less than nothing, -2, over an offset that is not in the log.
    const records = committed >= 0 && committed < low ? low - committed : 1;
    return { offset: low, lost: { committed, low, high, records } };
  });
}
