import { createPublisher, createTopics, describeGroup, type KafkaConnection, openReader } from '@switchboard/kafka';
import { createLogger } from '@switchboard/service';
import { until } from '@switchboard/stack/until';

const logger = createLogger('test', 'silent');

/** Fetches even if the topic has no record, since only a fetch needs Read. */
const read = (topic: string) => async (connection: KafkaConnection) => {
  const reader = openReader(connection);
  try {
    await reader.read([{ topic, partition: 0, from: 0, to: 1 }], () => {});
  } finally {
    await reader.close();
  }
};
const describeOwn = (group: string) => (connection: KafkaConnection) => describeGroup(connection, group);
const create = (topic: string) => (connection: KafkaConnection) =>
  createTopics(connection, { topics: [topic], partitions: 1, replication: 1 });
const write = (topic: string) => async (connection: KafkaConnection) => {
  const publisher = await createPublisher({ ...connection, clientId: 'test', logger, deadlineMs: 30_000 });
  try {
    await publisher.publish({ topic, key: 'key', value: Buffer.from('x'), headers: {} });
  } finally {
    await publisher.close();
  }
};

export type Attempt = [right: string, attempt: (connection: KafkaConnection) => Promise<unknown>];

/** What a principal must not do, with the right that the refusal names. */
export function forbidden(name: string): Attempt[] {
  const other = name === 'ticketing' ? 'crm-sync' : 'ticketing';
  const always: Attempt[] = [
    ['Create on topic new.topic', create('new.topic')],
    [`Write on topic ${other}.dlq`, write(`${other}.dlq`)],
  ];
  if (name === 'redrive' || name === 'ops') {
    return [...always, ['Write on topic chat.conversations', write('chat.conversations')]];
  }
  return [
    ...always,
    [`Describe on group ${other}`, describeOwn(other)],
    [`\\w+ on topic ${other}.retry.5s`, read(`${other}.retry.5s`)],
    [`\\w+ on topic ${name}.dlq`, read(`${name}.dlq`)],
  ];
}

/** The refusal of something forbidden. A busy broker may first not answer at all. */
export async function refusalOf(attempt: () => Promise<unknown>): Promise<Error> {
  let last: unknown;
  const refused = async (): Promise<Error | undefined> => {
    try {
      await attempt();
    } catch (error) {
      last = error;
      const { code } = error as { code?: unknown };
      return code === 'FORBIDDEN' || code === 'REFUSED' ? (error as Error) : undefined;
    }
    throw new Error('Kafka allowed it');
  };
  try {
    return await until('Kafka refuses it', refused);
  } catch (cause) {
    throw new Error(`${(cause as Error).message}; last: ${last}`, { cause: last });
  }
}
