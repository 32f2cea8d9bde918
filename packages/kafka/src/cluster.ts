import type { KafkaConnection } from './connection.ts';
import { KafkaError } from './error.ts';
import { withAdmin } from './topics.ts';

/**
 * The id that a cluster keeps for its lifetime. Another environment has another id, and so does a rebuilt Kafka.
 * @throws KafkaError `UNREACHABLE`
 */
export async function clusterId(connection: KafkaConnection): Promise<string> {
  const { clusterId: id } = await withAdmin(connection, (admin) => admin.describeCluster());
  if (typeof id === 'string' && id !== '') return id;
  throw new KafkaError('INVALID_OPTION', 'This Kafka cluster reports no cluster id: set REDIS_SCOPE to a name for it');
}

const LOOK_EVERY_MS = 30_000;

/** Calls `changed` once when the brokers belong to another cluster. Keeps polling while no broker answers. */
export function watchCluster(
  connection: KafkaConnection,
  id: string,
  changed: (error: Error) => void,
  everyMs = LOOK_EVERY_MS,
): { stop(): void } {
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    clearInterval(timer);
  };
  const timer = setInterval(async () => {
    const current = await clusterId(connection).catch(() => id);
    if (current === id || stopped) return;
    stop();
    const message = `The Kafka cluster id changed from ${id} to ${current}: restarting without the old cluster's marks`;
    changed(new Error(message));
  }, everyMs);
  return { stop };
}
