import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { createTopics, describeTopics, topicNames } from '@switchboard/kafka';
import { testStack } from '@switchboard/stack/test-stack';
import { checkChainTopics, createChainTopics } from './chain-topics.ts';
import { retryTopicsOf } from './retry-topics.ts';

const connection = { brokers: testStack().brokers };
const DELAYS = ['1s', '5s'];

describe('the topics of a chain', () => {
  it('are created by register alone: a service names all that are missing, and creates none', async () => {
    const mark = randomUUID().slice(0, 8);
    const [service, source] = [`chain-${mark}`, `test.chain-${mark}`];
    const check = () => checkChainTopics(connection, [source], retryTopicsOf(service, DELAYS), DELAYS);
    await assert.rejects(check(), { code: 'UNKNOWN_TOPIC' });
    await createTopics(connection, { topics: [source], partitions: 2, replication: 1 });
    await assert.rejects(check(), {
      code: 'UNKNOWN_TOPIC',
      message: new RegExp(
        `^The topics ${service}\\.dlq, ${service}\\.retry\\.1s, .*do not exist: run .npm run register. with RETRY_DELAYS=1s,5s$`,
      ),
    });
    assert.ok(!(await topicNames(connection)).some((topic) => topic.startsWith(`${service}.`)));

    const created = await createChainTopics(connection, {
      service,
      retryDelays: DELAYS,
      partitions: 2,
      replication: 1,
    });
    assert.deepEqual(
      (await describeTopics(connection, created)).map(({ topic, partitions }) => [topic, partitions]),
      [
        [`${service}.retry.1s`, 2],
        [`${service}.retry.5s`, 2],
        [`${service}.retry.waiting`, 2],
        [`${service}.dlq`, 2],
        [`${service}.dlq.ledger`, 1],
      ],
    );
    await check();
  });

  it('need the partition count of the sources', async () => {
    const mark = randomUUID().slice(0, 8);
    const [service, source] = [`chain-${mark}`, `test.chain-${mark}`];
    await createTopics(connection, { topics: [source], partitions: 3, replication: 1 });
    await createChainTopics(connection, { service, retryDelays: DELAYS, partitions: 2, replication: 1 });
    await assert.rejects(checkChainTopics(connection, [source], retryTopicsOf(service, DELAYS), DELAYS), {
      code: 'PARTITION_MISMATCH',
      message: new RegExp(`${source} with 3 partitions and ${service}\\.retry\\.1s with 2`),
    });
  });
});
