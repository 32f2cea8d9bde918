import { Consumer } from '@platformatic/kafka';
import { brokerList, type KafkaConnection } from '../connection.ts';
import type { KafkaError } from '../error.ts';
import { security } from '../publish/platformatic-client.ts';
import { refusedByKafka } from '../refused.ts';

/**
 * Whether Kafka refuses us this group, after an error. kafkajs says only that it found no coordinator, whatever the
 * broker has answered, so the other client asks once more.
 * @param right what the request needed, such as `Read on group crm-sync`
 */
export async function groupRefusal(
  error: unknown,
  connection: KafkaConnection,
  groupId: string,
  right: string,
): Promise<KafkaError | undefined> {
  if (!hidesTheReason(error)) return refusedByKafka(error, connection, right);
  const consumer = new Consumer({
    ...security(connection),
    ...{ clientId: 'switchboard-admin', groupId, bootstrapBrokers: brokerList(connection) },
    ...{ retries: 0, connectTimeout: 3_000, timeout: 5_000 },
  });
  try {
    await consumer.findGroupCoordinator();
    return undefined;
  } catch (reason) {
    return refusedByKafka(reason, connection, right);
  } finally {
    await consumer.close(true).catch(() => {});
  }
}

function hidesTheReason(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.name === 'KafkaJSGroupCoordinatorNotFound') return true;
  }
  return false;
}
