import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { createPublisher, createTopics, topicNames } from '@switchboard/kafka';
import { deleteTopic } from '@switchboard/kafka/fixtures/administration';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import pino from 'pino';
import { DEFAULT_LIMITS } from '../options.ts';
import type { ConsumedRecord } from './record.ts';
import { createSubscription } from './subscription.ts';

const logger = pino({ level: 'silent' });

it('fails when a topic was recreated under it, instead of skipping new records', async () => {
  const { brokers } = testStack();
  const topic = `subscription-${randomUUID()}`;
  const create = (): Promise<void> => createTopics({ brokers }, { topics: [topic], partitions: 1, replication: 1 });
  await create();
  const publisher = await createPublisher({ brokers, clientId: 'test', logger, deadlineMs: 30_000 });
  const send = async (count: number): Promise<void> => {
    await Promise.all(
      Array.from({ length: count }, () => publisher.publish({ topic, key: 'a', value: null, headers: {} })),
    );
  };
  let [read, failure] = [0, undefined as Error | undefined];
  const subscription = createSubscription({
    connection: { brokers },
    groupId: topic,
    topics: [topic],
    limits: DEFAULT_LIMITS,
    logger,
    resting: () => false,
    failed: (error) => {
      failure = error;
    },
    lost() {},
    assignment: {
      handles: () => true,
      skipped() {},
      accepted: () => {
        read += 1;
      },
      left() {},
      bufferBytes: DEFAULT_LIMITS.bufferBytes,
      commitWindow: DEFAULT_LIMITS.commitWindow,
      offer: (record: ConsumedRecord) => record.from.settle(record),
      isDelayed: () => false,
      longestWaitMs: 0,
    },
  });
  await subscription.start();
  await send(20);
  await until('all are read', () => read === 20);
  await deleteTopic({ brokers }, topic);
  await until('it is gone', async () => !(await topicNames({ brokers })).includes(topic));
  await create();
  await send(5);
  // A rebalance at the right moment finds the new start and reads from it.
  await until('it fails, or reads the new records', () => failure !== undefined || read === 25);
  if (read < 25) assert.match(String(failure), /ends at [1-5], before 20: it was recreated/);
  await subscription.stop(5_000);
  await publisher.close();
});
