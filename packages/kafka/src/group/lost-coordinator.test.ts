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
const original = Cluster.prototype.findGroupCoordinatorMetadata;
const { KafkaJSGroupCoordinatorNotFound } = require('kafkajs/src/errors');

it('joins its group again when a broker that stops knows no coordinator', async (t) => {
  const { brokers } = testStack();
  const topic = `lost-coordinator-${randomUUID()}`;
  await createTopics({ brokers }, { topics: [topic], partitions: 2, replication: 1 });
  const failures: Error[] = [];
  const createMember = (told: Partial<GroupListener> = {}) =>
    createGroupMember(brokers, topic, { failed: (error) => failures.push(error), ...told });
  const find = t.mock.method(Cluster.prototype, 'findGroupCoordinatorMetadata');
  let joined = 0;
  const reader = createMember({ assigned: () => (joined += 1) });
  await reader.start();
  t.after(() => reader.stop(5_000));
  await until('it has joined', () => joined === 1);

  const [cluster] = find.mock.calls.map((call: { this: unknown }) => call.this);
  let asked = 0;
  find.mock.mockImplementation(function (this: unknown, ...args: unknown[]) {
    if (this === cluster && ++asked === 1)
      throw new KafkaJSGroupCoordinatorNotFound('Failed to find group coordinator');
    return original.apply(this, args);
  });
  // A second member makes the first one join again.
  const other = createMember();
  await other.start();
  t.after(() => other.stop(5_000));
  await until('it has joined again', () => joined > 1 || failures.length > 0);
  assert.deepEqual(failures, []);
  assert.ok(asked > 1);
});
