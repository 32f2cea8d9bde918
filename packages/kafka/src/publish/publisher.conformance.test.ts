import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import pino from 'pino';
import { Registry } from 'prom-client';
import type { DeliveryError } from '../error.ts';
import { readTopics } from '../read-topic.ts';
import type { StoredRecord } from '../reader.ts';
import { createTopics } from '../topics.ts';
import { murmur2 } from './partitioner.ts';
import { type ClientName, createPublisher, type Publisher } from './publisher.ts';
import type { OutgoingRecord } from './record.ts';

// The requirements on a client library for publishing, on a real broker.
const clients: ClientName[] = ['platformatic', 'kafkajs'];
const PARTITIONS = 6;
/** A limit, not a measure: the machine may be busy. */
const deadlineMs = 30_000;

for (const client of clients) {
  describe(`publishing through ${client}`, () => {
    const connection = { brokers: testStack().brokers };
    let resent = 0;
    const write = (): void => {
      resent += 1;
    };
    const logger = pino({ level: 'warn' }, { write });
    const metrics = new Registry();
    let publisher: Publisher;

    before(async () => {
      publisher = await createPublisher({
        ...connection,
        client,
        clientId: 'conformance',
        logger,
        metrics,
        deadlineMs,
      });
    });
    after(() => publisher.close());

    async function topicWith(config: Record<string, string> = {}): Promise<string> {
      const topic = `conformance-${randomUUID()}`;
      await createTopics(connection, { topics: [topic], partitions: PARTITIONS, replication: 1, config });
      return topic;
    }

    async function stored(topic: string): Promise<StoredRecord[]> {
      const records: StoredRecord[] = [];
      await readTopics(connection, [topic], (record) => records.push(record));
      return records;
    }

    const record = (topic: string, extra: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
      topic,
      key: 'k',
      value: Buffer.from('v'),
      headers: {},
      ...extra,
    });

    /** Once more if the broker stalled: a batch without an answer is sent again, and may be there twice. */
    const exactly = (name: string, run: () => Promise<void>) =>
      test(name, async () => {
        for (let tries = 1; ; tries += 1) {
          const before = resent;
          try {
            return await run();
          } catch (error) {
            if (resent === before || tries === 5) throw error;
          }
        }
      });

    exactly('acknowledged records are in the topic, byte for byte', async () => {
      const topic = await topicWith();
      const key = Buffer.from([0, 255, 1, 128]);
      const value = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const headers = { text: 'grün ✓', bytes: Buffer.from('raw'), empty: '', größe: '1' };
      const before = Date.now();
      await publisher.publish({ topic, key, value, headers });
      const [found, ...rest] = await stored(topic);
      assert.ok(found !== undefined && rest.length === 0);
      assert.deepEqual(found.key, key);
      assert.deepEqual(found.value, value);
      assert.deepEqual(found.headers, { text: 'grün ✓', bytes: 'raw', empty: '', größe: '1' });
      assert.ok(found.timestamp >= before && found.timestamp <= Date.now());
    });

    exactly('a record with a null value and one with an empty value arrive unchanged', async () => {
      const topic = await topicWith();
      await publisher.publish(record(topic, { value: null }));
      await publisher.publish(
        record(topic, { value: Buffer.alloc(0), key: Buffer.alloc(0), headers: { a: '', b: 'b' } }),
      );
      const values = (await stored(topic)).map(({ value }) => value);
      assert.equal(values.length, 2);
      assert.ok(values.includes(null));
      assert.ok(values.some((value) => value?.length === 0));
    });

    exactly('the key determines the partition as in Java unless the caller names one', async () => {
      const topic = await topicWith();
      const keys = Array.from({ length: 50 }, (_, i) => `tenant:${i}-ü`);
      await Promise.all(keys.map((key) => publisher.publish(record(topic, { key }))));
      await publisher.publish(record(topic, { key: 'placed', partition: 4 }));
      for (const { key, partition } of await stored(topic)) {
        const expected = String(key) === 'placed' ? 4 : (murmur2(key as Buffer) & 0x7fffffff) % PARTITIONS;
        assert.equal(partition, expected);
      }
    });

    exactly('records without a key are spread over all partitions', async () => {
      const topic = await topicWith();
      await Promise.all(Array.from({ length: 60 }, () => publisher.publish(record(topic, { key: null }))));
      const perPartition = Map.groupBy(await stored(topic), ({ partition }) => partition);
      for (let partition = 0; partition < PARTITIONS; partition++)
        assert.equal(perPartition.get(partition)?.length, 10);
    });

    exactly('thousands of concurrent publishes arrive once each, in the order of the calls per key', async () => {
      const topic = await topicWith();
      const count = 5_000;
      await Promise.all(
        Array.from({ length: count }, (_, i) =>
          publisher.publish(record(topic, { key: `k${i % 40}`, value: Buffer.from(String(i)) })),
        ),
      );
      const found = await stored(topic);
      assert.equal(found.length, count);
      for (const [key, records] of Map.groupBy(found, (entry) => String(entry.key))) {
        const order = records.map(({ value }) => Number(value));
        assert.deepEqual(
          order,
          order.toSorted((a, b) => a - b),
          key,
        );
      }
    });

    exactly('the first records of a topic keep their order', async () => {
      const topic = await topicWith();
      const fresh = await createPublisher({ ...connection, client, clientId: 'conformance', logger, deadlineMs });
      const first = Array.from({ length: 20 }, (_, i) =>
        fresh.publish(record(topic, { value: Buffer.from(String(i)) })),
      );
      await Promise.all(first);
      await fresh.close();
      const order = (await stored(topic)).map(({ value }) => Number(value));
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      );
      assert.equal(order.length, 20);
    });

    exactly('a record of 1.5 MiB arrives', async () => {
      const topic = await topicWith({ 'max.message.bytes': '2097152' });
      const value = Buffer.alloc(1.5 * 1024 * 1024, 'x');
      await Promise.all([publisher.publish(record(topic, { value })), publisher.publish(record(topic))]);
      assert.deepEqual((await stored(topic)).map((entry) => entry.value?.length).sort(), [1, value.length].sort());
    });

    exactly('only records above the topic limit are refused', async () => {
      const topic = await topicWith({ 'max.message.bytes': '20000' });
      const sizes = Array.from({ length: 40 }, (_, i) => (i === 17 || i === 30 ? 50_000 : 5_000));
      const outcomes = await Promise.all(
        sizes.map((size) =>
          publisher.publish(record(topic, { value: Buffer.alloc(size, 'x'), deadline: Date.now() + 20_000 })).then(
            () => 'acked',
            (error: DeliveryError) => error.code,
          ),
        ),
      );
      assert.deepEqual(
        outcomes,
        sizes.map((size) => (size === 50_000 ? 'TOO_LARGE' : 'acked')),
      );
      assert.equal((await stored(topic)).length, 38);
    });

    exactly('a record without a key is refused for a compacted topic and does not block others', async () => {
      const [compacted, topic] = [await topicWith({ 'cleanup.policy': 'compact' }), await topicWith()];
      const [bad, good] = await Promise.allSettled([
        publisher.publish(record(compacted, { key: null, partition: 0 })),
        publisher.publish(record(topic)),
      ]);
      assert.equal(good.status, 'fulfilled');
      assert.equal((bad as PromiseRejectedResult).reason.code, 'INVALID_RECORD');
      await publisher.publish(record(compacted, { partition: 0 }));
    });

    exactly('an error names the topic or partition that does not exist', async () => {
      await assert.rejects(publisher.publish(record('conformance-missing')), {
        code: 'UNKNOWN_TOPIC',
        message: /conformance-missing/,
      });
      const topic = await topicWith();
      await assert.rejects(publisher.publish(record(topic, { partition: PARTITIONS })), { code: 'UNKNOWN_TOPIC' });
      await assert.rejects(publisher.publish(record(topic, { partition: -1 })), { code: 'UNKNOWN_TOPIC' });
    });

    exactly('a topic name that Kafka does not allow is refused', async () => {
      await assert.rejects(publisher.publish(record('no spaces!')), { code: 'REFUSED' });
    });

    exactly('a publish finds a topic that is created while it waits', async () => {
      const topic = await until('a topic is created before its records are refused, after a second', async () => {
        const topic = `conformance-${randomUUID()}`;
        const published = publisher.publish(record(topic)).then(
          () => topic,
          (error) => {
            assert.equal(error.code, 'UNKNOWN_TOPIC');
            return undefined;
          },
        );
        await createTopics(connection, { topics: [topic], partitions: 1, replication: 1 });
        return published;
      });
      assert.equal((await stored(topic)).length, 1);
    });

    test('check reports whether Kafka answers, and the metrics count the publishes', async () => {
      await publisher.check();
      const text = await metrics.metrics();
      assert.match(text, /publisher_ack_seconds_count [1-9]/);
      assert.match(text, /publisher_failures_total\{code="TOO_LARGE"\} [2-9]/);
      assert.match(text, /publisher_queue_bytes 0/);
      assert.match(text, /publisher_isolated_partitions 0/);
    });

    test('records are refused after closing', async () => {
      const topic = await topicWith();
      const closing = await createPublisher({ ...connection, client, clientId: 'conformance', logger, deadlineMs });
      await closing.publish(record(topic));
      const last = closing.publish(record(topic));
      await closing.close();
      await last;
      await assert.rejects(closing.publish(record(topic)), { code: 'CLOSED' });
    });

    test('the start fails when no broker answers', async () => {
      await assert.rejects(createPublisher({ brokers: '127.0.0.1:1', client, clientId: 'conformance', logger }), {
        code: 'UNREACHABLE',
        message: /127\.0\.0\.1:1 answers/,
      });
    });
  });
}
