import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { testStack } from '@switchboard/stack/test-stack';
import { createTopics, describeTopics } from './topics.ts';

const connection = { brokers: testStack().brokers };
const names = (...suffixes: string[]) => {
  const id = randomUUID();
  return suffixes.map((suffix) => `topics-test-${id}.${suffix}`);
};

test('topics are created once, also by repeated and concurrent calls', async () => {
  const topics = names('a', 'b');
  const wanted = { topics, partitions: 3, replication: 1, config: { 'max.message.bytes': '2097152' } };
  await Promise.all([
    createTopics(connection, wanted),
    createTopics(connection, wanted),
    createTopics(connection, wanted),
  ]);
  await createTopics(connection, wanted);
  const described = await describeTopics(connection, topics);
  assert.deepEqual(
    described,
    topics.map((topic) => ({ topic, partitions: 3, replication: 1 })),
  );
});

test('a topic with another partition count is named, and nothing is changed', async () => {
  const [a, b] = names('a', 'b') as [string, string];
  await createTopics(connection, { topics: [a], partitions: 3, replication: 1 });
  await assert.rejects(createTopics(connection, { topics: [b, a], partitions: 6, replication: 1 }), {
    code: 'PARTITION_MISMATCH',
    message: `The topic ${a} has 3 partitions, and 6 are needed. The number cannot change once there is data: configure 3, or delete the topic if its data may go.`,
  });
  assert.deepEqual(await describeTopics(connection, [a]), [{ topic: a, partitions: 3, replication: 1 }]);
});

test('an error names the topic that does not exist', async () => {
  const [missing] = names('missing') as [string];
  await assert.rejects(describeTopics(connection, [missing]), { code: 'UNKNOWN_TOPIC', message: new RegExp(missing) });
});

test('an error names all topics that do not exist', async () => {
  const [a, b] = names('a', 'b') as [string, string];
  const message = `The topics ${a}, ${b} do not exist: run \`npm run register\` with RETRY_DELAYS=1s`;
  await assert.rejects(describeTopics(connection, [b, a], 'RETRY_DELAYS=1s'), { code: 'UNKNOWN_TOPIC', message });
});

test('an error names the topic that Kafka does not create, and the reason', async () => {
  const [a] = names('a') as [string];
  await assert.rejects(createTopics(connection, { topics: [a], partitions: 1, replication: 99 }), {
    code: 'TOPIC_NOT_CREATED',
    message: new RegExp(`${a}: .*replication`, 'i'),
  });
});

test('an error says that no broker answers', async () => {
  await assert.rejects(describeTopics({ brokers: '127.0.0.1:1' }, ['a']), {
    code: 'UNREACHABLE',
    message: /127\.0\.0\.1:1 answers/,
  });
});
