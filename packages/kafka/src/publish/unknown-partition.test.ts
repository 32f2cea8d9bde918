import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { testStack } from '@switchboard/stack/test-stack';
import { readTopics } from '../read-topic.ts';
import { createTopics } from '../topics.ts';
import { kafkajsClient } from './kafkajs-client.ts';
import { platformaticClient } from './platformatic-client.ts';

for (const [name, openClient] of Object.entries({ kafkajs: kafkajsClient, platformatic: platformaticClient })) {
  it(`${name} neither acknowledges nor reroutes a record for an unknown partition`, async () => {
    const { brokers } = testStack();
    const topic = `unknown-partition-${randomUUID()}`;
    await createTopics({ brokers }, { topics: [topic], partitions: 2, replication: 1 });
    const client = await openClient({ brokers }, 'test')([brokers], [topic]);
    const record = { topic, key: null, value: Buffer.from('x'), headers: {}, timestamp: Date.now() };
    await assert.rejects(client.sendBatch([{ ...record, partition: 4 }]), /does not know partition 4/);
    await client.sendBatch([{ ...record, partition: 1 }]);
    const stored: number[] = [];
    await readTopics({ brokers }, [topic], ({ partition }) => stored.push(partition));
    assert.deepEqual(stored, [1]);
    await client.close();
  });
}
