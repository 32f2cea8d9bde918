import { Kafka, logLevel } from 'kafkajs';

/** The number of records ever written to a topic. */
export async function countRecords(brokers: string, topic: string): Promise<number> {
  const admin = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, { high }) => sum + Number(high), 0);
  } finally {
    await admin.disconnect();
  }
}
