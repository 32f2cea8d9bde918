import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { it } from 'node:test';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { createGroupMember } from '../../fixtures/group-member.ts';
import { createTopics } from '../topics.ts';
import type { GroupListener } from './group-reader.ts';

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
  const failures: Error[] = [];
  const createMember = (told: Partial<GroupListener> = {}) =>
    createGroupMember(brokers, topic, { failed: (error) => failures.push(error), ...told });
  const find = t.mock.method(Cluster.prototype, 'fetchTopicsOffset');
  let partitions = 0;
  const reader = createMember({ starts: ({ length }) => (partitions = length) });
  await reader.start();
  t.after(() => reader.stop(5_000));
  await until('it knows its starts', () => partitions === 2);

  // Clients that have asked before still go to the former leaders, which refuse.
  const old = new Set(find.mock.calls.map((call: { this: unknown }) => call.this));
  find.mock.mockImplementation(function (this: unknown, ...args: unknown[]) {
    if (old.has(this)) {
      throw new KafkaJSProtocolError({ type: 'NOT_LEADER_FOR_PARTITION', code: 6, retriable: true, message: '' });
    }
    return original.apply(this, args);
  });
  const other = createMember();
  await other.start();
  t.after(() => other.stop(5_000));
  await until('it knows those of its share', () => partitions === 1 || failures.length > 0, SOON_MS);
  assert.deepEqual(failures, []);
});
