import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { configureTopic } from '@switchboard/kafka/fixtures/administration';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { createConsuming } from '../fixtures/consuming.ts';
import { PermanentError } from './handler.ts';

const refuse = () => Promise.reject(new PermanentError('REJECTED', 'rejected by a rule'));

const setMostBytes = (topic: string, bytes: number): Promise<void> =>
  configureTopic({ brokers: testStack().brokers }, topic, { 'max.message.bytes': String(bytes) });

it('a dead letter that its topic refuses is written without the headers of the sender', async () => {
  const consuming = await createConsuming({ config: { 'max.message.bytes': '10000' } });
  after(consuming.close);
  await consuming.start(refuse);
  const event = consuming.event('a');
  await consuming.write({ ...event, headers: { ...event.headers, own: 'x'.repeat(20_000) } });
  const [letter] = await until('it is a dead letter', async () => {
    const letters = await consuming.deadLetters();
    return letters.length > 0 && letters;
  });
  assert.equal(letter?.headers['__dlq.errors.code'], 'REJECTED');
  assert.equal(letter?.headers.ce_id, 'a');
  assert.equal(letter?.headers.own, undefined);
  assert.deepEqual(letter?.value, event.value);
  await until('its partition has moved', async () => (await consuming.behind()) === 0);
});

it('a record that a retry topic refuses for good becomes a dead letter that says so', async () => {
  const consuming = await createConsuming({ config: { 'max.message.bytes': '10000' } });
  after(consuming.close);
  await consuming.start(() => Promise.reject(new Error('no luck')));
  const event = consuming.event('a');
  await consuming.write({ ...event, headers: { ...event.headers, own: 'x'.repeat(20_000) } });
  const [letter] = await until('it is a dead letter', async () => {
    const letters = await consuming.deadLetters();
    return letters.length > 0 && letters;
  });
  assert.equal(letter?.headers['__dlq.errors.code'], 'UNDELIVERABLE');
  assert.match(letter?.headers['__dlq.errors.message'] ?? '', /\.retry\.200ms refuses the record \(TOO_LARGE\)/);
  await until('its partition has moved', async () => (await consuming.behind()) === 0);
});

it('a record that every topic refuses is kept, reported, and forwarded later; other keys continue', async () => {
  const consuming = await createConsuming({ config: { 'max.message.bytes': '100' } });
  after(consuming.close);
  const consumer = await consuming.start((event) => (event.meta.id === 'bad' ? refuse() : undefined), {
    stuckAfterMs: 1_000,
    handlerTimeoutMs: 1_000,
  });
  await consuming.write(consuming.event('bad'));
  await until('health reports it', () => {
    try {
      consumer.checkWork();
      return false;
    } catch (error) {
      return /refuses 1 records .* TOO_LARGE|MESSAGE_TOO_LARGE/.test(String(error));
    }
  });
  assert.equal(await consuming.gauge('consumer_refused_records'), 1);
  await consuming.write(consuming.event('good'));
  await until('other keys continue', () => consuming.effects.includes('good'));
  assert.equal((await consuming.behind()) > 0, true, 'it is not committed');
  const refusedAt = Date.now();
  await until('the watchdog had its time', () => Date.now() - refusedAt > 4_000);
  assert.equal(consuming.failure, undefined, 'a restart would not help');

  await setMostBytes(`${consuming.service}.dlq`, 1_000_000);
  await until('it is a dead letter', async () => (await consuming.deadLetters()).length === 1);
  await until('its partition has moved', async () => (await consuming.behind()) === 0);
  consumer.checkWork();
  assert.equal(await consuming.gauge('consumer_refused_records'), 0);
});
