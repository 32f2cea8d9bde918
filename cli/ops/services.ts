import { readProgress, type ServiceProgress } from '@switchboard/consumer/operate';
import { consumers } from '@switchboard/deploy/services';
import type { KafkaConnection } from '@switchboard/kafka';
import { OpsError } from './ops-error.ts';

export const consumerServices: readonly string[] = consumers.map(({ name }) => name);

/** @throws OpsError for a name that nothing in Kafka has: a slip of the pen must not look like an outage */
export async function progressOf(connection: KafkaConnection, service: string): Promise<ServiceProgress> {
  const progress = await readProgress(connection, service);
  const { members, sources, retries } = progress;
  if (members + sources.length + retries.length > 0 || consumerServices.includes(service)) return progress;
  throw new OpsError(
    `There is no service ${service}, neither its group nor its topics: ${consumerServices.join(', ')}.`,
  );
}
