import { type AnyEvent, catalogue, eventHeaders, keyOf, readFields } from '@switchboard/events';
import { createCodec } from '@switchboard/kafka';
import { Kafka, logLevel, type Message } from 'kafkajs';
import { doJobs } from '../worker.ts';
import { type Latencies, type Schedule, sendOnSchedule } from './load/schedule.ts';

const TYPE = 'conversation.escalated';

/** The reference: kafkajs `send` as documented, one call per event, with the records that ingest writes. */
const [brokers = '', registryUrl = '', topic = ''] = process.argv.slice(2);
const kafka = new Kafka({ clientId: 'bare', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
const producer = kafka.producer();
await producer.connect();
const { encode } = await createCodec({ registryUrl });
let jobs = 0;

doJobs<Schedule, Latencies>((schedule) => {
  jobs += 1;
  const count = schedule.rate * (schedule.warmUpSeconds + schedule.seconds);
  const records = Array.from({ length: count }, (_, index) => recordOf(`conv-bare-${jobs}-${index}`));
  return sendOnSchedule(schedule, async () => {
    await producer.send({ topic, acks: -1, messages: [records.pop() as Message] });
  });
});

function recordOf(conversationId: string): Message {
  const read = readFields(TYPE, { ...catalogue[TYPE].example, conversationId });
  if (!read.ok) throw new Error(`The example of ${TYPE} violates its schema`);
  const at = Date.parse('2026-01-15T10:30:00Z');
  const origin = { source: 'escalation', tenant: 'local', occurredAt: at, receivedAt: at, extra: null };
  const event: AnyEvent = { meta: { id: `${conversationId}:${TYPE}`, type: TYPE, ...origin }, ...read.fields };
  return { key: keyOf(event), value: encode(event), headers: eventHeaders(event) };
}
