import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { watchBlocks } from '@switchboard/events/fixtures';
import type { WrittenHeaders } from '@switchboard/kafka/fixtures/administration';
import { until } from '@switchboard/stack/until';
import fc from 'fast-check';
import { createConsuming, type RecordFor } from '../fixtures/consuming.ts';
import { RETRY_HEADERS } from './assignment/headers.ts';
import { PermanentError } from './handler.ts';

const DAY_MS = 24 * 3_600_000;
const MANY = 100_000;
/** Fails if the event loop computes longer at a time: kafkajs took minutes to read a record with that many headers. */
const LONGEST_STANDSTILL_MS = 10_000;

const names = [
  ...Object.values(RETRY_HEADERS),
  ...['topic', 'partition', 'offset', 'group', 'delivery.count', 'code', 'message', 'timestamp', 'unverified'].map(
    (name) => `__dlq.errors.${name}`,
  ),
  ...['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_subject', 'traceparent', 'tracestate'],
];

const huge = ['9'.repeat(400), '9007199254740991', '9007199254740993', '2147483648', String(Date.now() + 300 * DAY_MS)];
const text = ['', 'abc', 'NaN', '1e9', '0x10', ' 7 ', '\0', '%E0%A4%A', '/', '//', '/a/b/c', '🦊', 'x'.repeat(100_000)];
const value = fc.oneof(
  fc.constantFrom(...huge),
  fc.constantFrom('-1', '-9007199254740991', '-0'),
  fc.constantFrom(...text),
  fc.constantFrom('0', '1', '99'),
  fc.string(),
);
const repeated = fc.array(value, { minLength: 2, maxLength: 5 });
/** Some headers: each absent (undefined), odd, or repeated. */
const headers = fc.dictionary(fc.constantFrom(...names), fc.oneof(value, repeated, fc.constant(undefined)), {
  minKeys: 1,
  maxKeys: 8,
});

function apply(
  good: Record<string, string>,
  odd: Readonly<Record<string, string | string[] | undefined>>,
): WrittenHeaders {
  return Object.fromEntries(
    Object.entries({ ...good, ...odd }).filter(([, value]) => value !== undefined),
  ) as WrittenHeaders;
}

const manyOf = (name: (index: number) => string): WrittenHeaders =>
  Object.fromEntries(Array.from({ length: MANY }, (_, index) => [name(index), '1']));

it('partitions advance and lose nothing with any headers, in source topics and retry topics', async (t) => {
  const consuming = await createConsuming({ partitions: 2 });
  after(consuming.close);
  const [retryTopic = ''] = consuming.ownTopics;
  const seed = Number(process.hrtime.bigint() % 2_147_483_647n);
  t.diagnostic(`seed ${seed}`);

  let count = 0;
  const written = new Map<string, Buffer>();
  const tried = new Set<string>();
  /** Records in the source topic of a type that this service does not handle. */
  const others = new Set<string>();
  function record(topic: string, odd: (good: Record<string, string>) => WrittenHeaders): RecordFor {
    count += 1;
    const event = consuming.event(`event-${count}`, `key-${count % 8}`);
    const headers = odd(event.headers);
    const type = [headers.ce_type].flat().at(-1)?.toString();
    if (topic === consuming.topic && type !== undefined && type !== 'message.received') {
      others.add(`event-${count}`);
    }
    written.set(`event-${count}`, event.value);
    // A record may wait in a retry topic for little more than a day; the test writes records that are two days old.
    const timestamp = String(Date.now() - (topic === consuming.topic ? 0 : 2 * DAY_MS));
    return { ...event, topic, partition: count % 2, headers, timestamp };
  }
  // A third of the events succeeds at once, a third on the second attempt, and a third never.
  await consuming.start(({ meta: { id } }) => {
    const fate = Number(id.slice('event-'.length)) % 3;
    if (fate === 0) throw new PermanentError('REJECTED', 'rejected by a rule');
    if (fate === 1 && !tried.has(id)) {
      tried.add(id);
      throw new Error('no luck');
    }
  });
  const blocks = watchBlocks();
  t.after(() => blocks.stop());

  for (const topic of [consuming.topic, retryTopic]) {
    const odd = fc.sample(headers, { numRuns: 60, seed });
    const single = names.flatMap((name) =>
      [undefined, huge[0], huge.at(-1), '99', '-1', 'abc', ['1', '2', '3']].map((value) => ({ [name]: value })),
    );
    await consuming.write(...[...odd, ...single].map((one) => record(topic, (good) => apply(good, one))));
    for (const many of [
      manyOf((index) => `own-${index}`),
      { [RETRY_HEADERS.redrive]: Array.from({ length: MANY }, () => '3') },
      { ce_id: Array.from({ length: MANY }, () => 'other') },
    ]) {
      await consuming.write(record(topic, (good) => ({ ...good, ...many })));
    }
    await consuming.write(
      record(topic, (good) => good),
      record(topic, (good) => good),
    );
  }

  await until('all partitions have moved to their ends', async () => (await consuming.behind()) === 0);
  assert.equal(consuming.failure, undefined);
  assert.ok(blocks.longest < LONGEST_STANDSTILL_MS, `the event loop stood still for ${blocks.longest} ms`);

  const effects = new Set(consuming.effects);
  assert.equal(effects.size, consuming.effects.length, 'no effect twice');
  const dead = new Set((await consuming.deadLetters()).map(({ value }) => value?.toString('base64')));
  const lost = [...written.keys()].filter(
    (id) => !effects.has(id) && !others.has(id) && !dead.has(written.get(id)?.toString('base64')),
  );
  assert.deepEqual(lost, []);
});
