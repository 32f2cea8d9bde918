import { consumers } from '@switchboard/deploy/services';
import { describeGroup, type KafkaConnection, logOffsets } from '@switchboard/kafka';
import { until } from '@switchboard/stack/until';

/** Longer than any backlog of the load takes. */
const LIMIT_MS = 600_000;

/** Waits until every consumer service has handled all records of its topics. */
export async function drained(connection: KafkaConnection): Promise<void> {
  for (const { name } of consumers) {
    const hasNoLag = async (): Promise<boolean> => {
      const group = await describeGroup(connection, name);
      if (group.members === 0) return false;
      const topics = [...group.subscriptions];
      const logs = await logOffsets(connection, topics);
      return logs.every((partitions, index) =>
        partitions.every(({ partition, low, high }) => {
          const topic = topics[index] as string;
          return high === low || group.committed({ topic, partition }) >= high;
        }),
      );
    };
    await until(`${name} has no lag`, hasNoLag, LIMIT_MS);
  }
}
