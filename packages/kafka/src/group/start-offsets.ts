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
  /** The number of records deleted before they were read; 1 if the number is unknown. */
  readonly records: number;
}

/** Kafka's offset for a group that has committed nothing. */
const NONE = -1;

/**
 * The start offset of each partition: the committed offset, or the earliest one if there is none or the log no longer
 * has it. kafkajs would jump to the latest offset and skip the records between them.
 * @throws if the broker that was asked does not know a partition yet: it is not empty for that
 */
export async function startOffsets(
  admin: Pick<Admin, 'fetchOffsets' | 'fetchTopicOffsets'>,
  groupId: string,
  partitions: readonly { topic: string; partition: number }[],
): Promise<StartOffset[]> {
  const topics = [...new Set(partitions.map(({ topic }) => topic))];
  if (topics.length === 0) return [];
  const asked = [
    admin.fetchOffsets({ groupId, topics }),
    ...topics.map((topic) => admin.fetchTopicOffsets(topic)),
  ] as const;
  // A request that still runs when the client is closed would open it again.
  await Promise.allSettled(asked);
  const [groups, ...logs] = await Promise.all(asked);
  return partitions.map(({ topic, partition }) => {
    const isIt = (candidate: { partition: number }): boolean => candidate.partition === partition;
    const log = logs[topics.indexOf(topic)]?.find(isIt);
    if (log === undefined) throw new Error(`Kafka does not say where partition ${partition} of ${topic} begins`);
    const [low, high] = [Number(log.low), Number(log.high)];
    const committed = Number(groups.find((group) => group.topic === topic)?.partitions.find(isIt)?.offset ?? NONE);
    if (committed === NONE) return { offset: low };
    if (committed >= low && committed <= high) return { offset: committed };
    // kafkajs commits -2 over an offset that is not in the log.
    const records = committed >= 0 && committed < low ? low - committed : 1;
    return { offset: low, lost: { committed, low, high, records } };
  });
}
