import { randomUUID } from 'node:crypto';
import type { AnyEvent } from '@switchboard/events';
import { Kafka, logLevel } from 'kafkajs';

/** The reference: a kafkajs loop that decodes and counts, without guarantees. */
export async function consumeBare(
  { brokers, topic }: { brokers: string; topic: string },
  decode: (value: Buffer) => AnyEvent | Promise<AnyEvent>,
  handled: () => void,
): Promise<void> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `bare-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch }) => {
      for (const { value } of batch.messages) {
        await decode(value as Buffer);
        handled();
      }
    },
  });
}
