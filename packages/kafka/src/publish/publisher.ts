import { Kafka, logLevel } from 'kafkajs';
import type { OutgoingRecord } from './record.ts';
export interface Publisher { publish(record: OutgoingRecord): Promise<void>; check(): Promise<void>; close(): Promise<void> }
export async function createPublisher(o: { brokers: string[]; clientId?: string; logger?: unknown; deadlineMs?: number }): Promise<Publisher> {
  const producer = new Kafka({ brokers: o.brokers, clientId: 'tmp', logLevel: logLevel.NOTHING }).producer({});
  await producer.connect();
  return {
    async publish(r) { await producer.send({ topic: r.topic, acks: -1, messages: [{ key: r.key, value: r.value, headers: r.headers, ...(r.partition === undefined ? {} : { partition: r.partition }) }] }); },
    async check() {}, close: () => producer.disconnect(),
  };
}
