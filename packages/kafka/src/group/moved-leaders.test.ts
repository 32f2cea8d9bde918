import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { it } from 'node:test';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import pino from 'pino';
import { createTopics } from '../topics.ts';
import { createGroupReader, type GroupReader } from './group-reader.ts';

const require = createRequire(import.meta.url);
const Cluster = require('kafkajs/src/cluster');
const original = Cluster.prototype.fetchTopicsOffset;
const { KafkaJSProtocolError } = require('kafkajs/src/errors');

/** Clients ask who leads at least every five minutes. */
const SOON_MS = 120_000;

it('finds its starts after a rebalance although other brokers lead since the last one', async (t) => {
  const { brokers } = testStack();
  const topic = `moved-leaders-${randomUUID()}`;
  await createTopics({ brokers }, { topics: [topic], partitions: 2, replication: 1 });
  const nothing = () => {};
  const failures: Error[] = [];
  const readerThatCounts = (starts: (partitions: number) => void): GroupReader =>
    createGroupReader({
      ...{ connection: { brokers }, clientId: 'test', groupId: topic, topics: [topic], sessionTimeoutMs: 10_000 },
      logger: pino({ level: 'silent' }),
      listener: {
        ...{ assigned: nothing, revoked: nothing, rebalancing: nothing, skipped: nothing, lost: nothing },
        ...{ records: async () => {}, failed: (error) => failures.push(error) },
        starts: (offsets) => starts(offsets.length),
      },
    });
  const find = t.mock.method(Cluster.prototype, 'fetchTopicsOffset');
  let partitions = 0;
  const reader = readerThatCounts((count) => (partitions = count));
  await reader.start();
  t.after(() => reader.stop(5_000));
  await until('it knows its starts', () => partitions === 2);

  // Whoever has asked before goes to brokers that lead no longer.
  const old = new Set(find.mock.calls.map((call: { this: unknown }) => call.this));
  find.mock.mockImplementation(function (this: unknown, ...args: unknown[]) {
    if (old.has(this)) {
      throw new KafkaJSProtocolError({ type: 'NOT_LEADER_FOR_PARTITION', code: 6, retriable: true, message: '' });
    }
    return original.apply(this, args);
  });
  const other = readerThatCounts(nothing);
  await other.start();
  t.after(() => other.stop(5_000));
  await until('it knows those of its share', () => partitions === 1 || failures.length > 0, SOON_MS);
  assert.deepEqual(failures, []);
});
