import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { describeGroup, setCommittedOffset } from '@switchboard/kafka';
import { deleteRecordsBefore } from '@switchboard/kafka/fixtures/administration';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { type Consuming, createConsuming } from '../fixtures/consuming.ts';
import { UnavailableError } from './handler.ts';

const { brokers } = testStack();

const send = async (consuming: Consuming, from: number, to: number): Promise<void> => {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  await consuming.write(...numbers.map((number) => consuming.event(`e-${number}`)));
};

const deleteBefore = ({ topic }: Consuming, offset: number): Promise<void> =>
  deleteRecordsBefore({ brokers }, { topic, partition: 0, offset });

const committed = async ({ service, topic }: Consuming): Promise<number> =>
  (await describeGroup({ brokers }, service)).committed({ topic, partition: 0 });

const lost = (consuming: Consuming): Promise<number> => consuming.gauge('consumer_records_lost_total');

it('records that were deleted while the service was down are counted, and it continues with the next', async () => {
  const consuming = await createConsuming();
  after(consuming.close);
  await send(consuming, 0, 20);
  await setCommittedOffset({ brokers }, consuming.service, { topic: consuming.topic, partition: 0, offset: 5 });
  await deleteBefore(consuming, 12);
  await consuming.start();
  await until('the rest has its effect', () => consuming.effects.length === 8);
  assert.equal(consuming.effects[0], 'e-12');
  assert.equal(await lost(consuming), 7);
  await until('it is committed', async () => (await committed(consuming)) === 20);
});

it('a committed offset beyond the end of the log counts too, and reading starts at the earliest record', async () => {
  const consuming = await createConsuming();
  after(consuming.close);
  await send(consuming, 0, 5);
  await setCommittedOffset({ brokers }, consuming.service, { topic: consuming.topic, partition: 0, offset: 50 });
  await consuming.start();
  await until('all have their effect', () => consuming.effects.length === 5);
  assert.equal(await lost(consuming), 1);
});

it('records that are deleted under a paused service are counted, even if none follow them', async () => {
  const consuming = await createConsuming();
  after(consuming.close);
  let down = false;
  const consumer = await consuming.start(() => {
    if (down) throw new UnavailableError('outside');
  });
  await send(consuming, 0, 5);
  await until('they are committed', async () => (await committed(consuming)) === 5);
  down = true;
  let next = 5;
  await until('it is paused', async () => {
    await send(consuming, next, next + 1);
    next += 1;
    return consumer.state().paused === consumer.state().assigned;
  });
  await send(consuming, next, next + 50);
  const end = next + 50;
  await deleteBefore(consuming, end);
  down = false;

  const commits = new Set<number>();
  await until('the loss is counted', async () => {
    commits.add(await committed(consuming));
    return (await lost(consuming)) > 0;
  });
  await until('the commit is behind the gap', async () => {
    commits.add(await committed(consuming));
    return (await committed(consuming)) === end;
  });
  assert.equal(consuming.effects.length + (await lost(consuming)), end, 'what was read before has its effect');
  assert.ok(
    [...commits].every((offset) => offset >= 5),
    `committed meanwhile: ${[...commits]}`,
  );
  await send(consuming, end, end + 1);
  await until('it continues', () => consuming.effects.includes(`e-${end}`));
  assert.equal(consuming.effects.length + (await lost(consuming)), end + 1);
  assert.equal(consuming.failure, undefined);
});

it('no record counts as lost if none was committed or all were read', async () => {
  const consuming = await createConsuming();
  after(consuming.close);
  await send(consuming, 0, 10);
  await deleteBefore(consuming, 4);
  const consumer = await consuming.start();
  await until('the rest has its effect', () => consuming.effects.length === 6);
  await until('all is committed', async () => (await committed(consuming)) === 10);
  await consumer.stop();
  await deleteBefore(consuming, 10);
  await consuming.start();
  await send(consuming, 10, 11);
  await until('it continues', () => consuming.effects.includes('e-10'));
  assert.equal(await lost(consuming), 0);
});
