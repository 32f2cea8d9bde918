import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import pino from 'pino';
import { createGroupMember } from '../../fixtures/group-member.ts';
import { createPublisher } from '../publish/publisher.ts';
import { createTopics } from '../topics.ts';

it('fetches records that arrive one after the other several at a time, each once and in order', async (t) => {
  const { brokers } = testStack();
  const topic = `fetch-pace-${randomUUID()}`;
  await createTopics({ brokers }, { topics: [topic], partitions: 1, replication: 1 });
  const publisher = await createPublisher({ brokers, clientId: 'test', logger: pino({ level: 'silent' }) });
  const offsets: number[] = [];
  let fetches = 0;
  let started = false;
  const reader = createGroupMember(brokers, topic, {
    starts: () => (started = true),
    async records(_, records) {
      fetches += 1;
      offsets.push(...records.map(({ offset }) => Number(offset)));
    },
  });
  await reader.start();
  t.after(() => Promise.all([reader.stop(5_000), publisher.close()]));
  await until('it reads', () => started);

  const count = 500;
  const startedAt = performance.now();
  for (let sent = 0; sent < count; sent += 1) {
    await publisher.publish({ topic, key: 'a', value: Buffer.from('1'), headers: {}, deadline: Date.now() + 30_000 });
    await sleep(1);
  }
  await until('all are read', () => offsets.length >= count);
  const ms = performance.now() - startedAt;
  t.diagnostic(`${fetches} fetches in ${Math.round(ms)} ms`);
  assert.deepEqual(offsets, [...Array(count).keys()]);
  // Timers may be a little early.
  assert.ok(fetches <= ms / 8, `${fetches} fetches in ${ms} ms`);
});
