import type { KafkaConnection } from './connection.ts';
import { KafkaError } from './error.ts';
import { withAdmin } from './topics.ts';

/**
 * The id that a cluster has for its lifetime: another environment has another one, and so has a Kafka that was rebuilt.
 * @throws KafkaError `UNREACHABLE`
 */
export async function clusterId(connection: KafkaConnection): Promise<string> {
  const { clusterId: id } = await withAdmin(connection, (admin) => admin.describeCluster());
  if (typeof id === 'string' && id !== '') return id;
  throw new KafkaError('INVALID_OPTION', 'This Kafka has no cluster id: set REDIS_SCOPE to a name for it');
}

const LOOK_EVERY_MS = 30_000;

/** Calls `changed` once when the brokers are those of another cluster; while none answers, nothing is known. */
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
    changed(new Error(`Kafka is another cluster now, ${current} instead of ${id}: starting again, without its marks`));
  }, everyMs);
  return { stop };
}
