import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Handler } from '@switchboard/consumer';
import { readOnce } from '@switchboard/consumer/fixtures';
import { eventHeaders } from '@switchboard/events';
import { messageReceived } from '@switchboard/events/fixtures';
import { createCodec, createPublisher, createTopics, type StoredRecord, setCommittedOffset } from '@switchboard/kafka';
import { createLogger } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import type { Tracer } from '@switchboard/tracing';
import type { Registry } from 'prom-client';
import { type ReferenceConsumer, type ReferenceOptions, startReferenceConsumer } from './reference-consumer.ts';
import { createSink, type Sink } from './sink.ts';

export interface Addresses {
  brokers: string;
  registryUrl: string;
  redisUrl: string;
  /** Holds the event state, instead of `redisUrl`. */
  redisCluster?: string;
}

export interface Worker {
  readonly child: ChildProcess;
  /** Resolves with the exit code or the signal's name. */
  readonly exited: Promise<number | string>;
}

export interface Fixture {
  readonly service: string;
  readonly topic: string;
  readonly sink: Sink;
  /** Publishes event `number` of `key`; resolves when it is acknowledged. */
  send(key: string, number: number): Promise<void>;
  sendTo(topic: string, key: string, number: number): Promise<void>;
  /** Publishes event `number` of a key of a tenant; the others are those of `acme`. */
  sendFor(tenant: string, key: string, number: number): Promise<void>;
  sendRaw(record: { key: string | null; value: Buffer | null; headers?: Record<string, string> }): Promise<void>;
  /** The record of a well-formed event. */
  encode(key: string, number: number): { value: Buffer; headers: Record<string, string> };
  /** Starts a consumer in this process, with its own handler if the sink is irrelevant. */
  start(
    options?: Partial<ReferenceOptions>,
    handler?: Handler<'message.received'>,
    metrics?: Registry,
    tracer?: Tracer,
  ): Promise<ReferenceConsumer>;
  /** Starts a consumer in a separate process. */
  spawn(options?: Partial<ReferenceOptions>): Promise<Worker>;
  createTopic(topic: string, partitions: number): Promise<void>;
  /** Sets the group's committed offset before its first start. */
  setCommitted(partition: number, offset: number): Promise<void>;
  deadLetters(): Promise<StoredRecord[]>;
  read(topic: string): Promise<StoredRecord[]>;
  close(): Promise<void>;
}

/** Retry delays short enough for a test. */
export const FAST = { retryDelays: ['200ms', '400ms', '600ms'], quickTries: 1, quickBackoffMs: 20 };

/** A separate topic, service and sink, so that tests do not interfere in a shared stack. */
export async function createFixture({
  partitions = 6,
  replication = 1,
  addresses = undefined as Addresses | undefined,
} = {}): Promise<Fixture> {
  const stack = addresses ?? (await testStack());
  const name = randomUUID().slice(0, 8);
  const service = `reference-${name}`;
  const topic = `test.${name}`;
  const connection = { brokers: stack.brokers.split(',') };
  const logger = createLogger('fixture', 'silent');
  await createTopics(connection, { topics: [topic], partitions, replication });
  const publisher = await createPublisher({ ...connection, clientId: 'fixture', logger, deadlineMs: 120_000 });
  const codec = await createCodec({ registryUrl: stack.registryUrl });
  const sink = await createSink();
  const consumers: ReferenceConsumer[] = [];
  const workers: Worker[] = [];

  const optionsFor = (options: Partial<ReferenceOptions>): ReferenceOptions => ({
    service,
    topics: [topic],
    ...stack,
    sinkUrl: sink.url,
    ...options,
    limits: { ...FAST, ...options.limits },
  });

  function encode(key: string, number: number, tenant = 'acme'): { value: Buffer; headers: Record<string, string> } {
    const event = messageReceived(`${key}-${number}`, key, { messageId: String(number) });
    event.meta.tenant = tenant;
    return { value: codec.encode(event), headers: eventHeaders(event) };
  }

  const sendTo = (topic: string, key: string, number: number): Promise<void> =>
    publisher.publish({ topic, key: `acme:${key}`, ...encode(key, number) });

  const read = (name: string): Promise<StoredRecord[]> => readOnce(connection, name);

  return {
    service,
    topic,
    sink,
    encode,
    send: (key, number) => sendTo(topic, key, number),
    sendTo,
    sendFor: (tenant, key, number) =>
      publisher.publish({ topic, key: `${tenant}:${key}`, ...encode(key, number, tenant) }),
    sendRaw: ({ key, value, headers = {} }) => publisher.publish({ topic, key, value, headers }),
    async start(options = {}, handler, metrics, tracer) {
      const consumer = await startReferenceConsumer(optionsFor(options), handler, metrics, tracer);
      consumers.push(consumer);
      return consumer;
    },
    async spawn(options = {}) {
      const path = new URL('worker.ts', import.meta.url).pathname;
      const child = spawn(process.execPath, [path, JSON.stringify(optionsFor(options))], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
      workers.push({ child, exited });
      await Promise.race([once(child, 'message'), exited]);
      return { child, exited };
    },
    read,
    createTopic: (topic, partitions) => createTopics(connection, { topics: [topic], partitions, replication }),
    setCommitted: (partition, offset) => setCommittedOffset(connection, service, { topic, partition, offset }),
    deadLetters: () => read(`${service}.dlq`),
    async close() {
      for (const { child } of workers) child.kill('SIGKILL');
      await Promise.all([...consumers.map((consumer) => consumer.close()), ...workers.map(({ exited }) => exited)]);
      await publisher.close();
      await sink.close();
    },
  };
}
