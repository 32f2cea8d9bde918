import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { createConsuming } from '../../fixtures/consuming.ts';
import { withAdmin } from '../topics.ts';
import { PermanentError } from './handler.ts';

const refuse = () => Promise.reject(new PermanentError('REJECTED', 'rejected by a rule'));

async function setMostBytes(topic: string, bytes: number): Promise<void> {
  const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
  await withAdmin({ brokers: testStack().brokers }, (admin) =>
    admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries }] }),
  );
}

it('a dead letter that its topic refuses with all its headers is buried without those that the sender added', async () => {
  const consuming = await createConsuming({ config: { 'max.message.bytes': '10000' } });
  after(consuming.close);
  await consuming.start(refuse);
  const event = consuming.event('a');
  await consuming.write({ ...event, headers: { ...event.headers, own: 'x'.repeat(20_000) } });
  const [letter] = await until('it is buried', async () => {
    const letters = await consuming.deadLetters();
    return letters.length > 0 && letters;
  });
  assert.equal(letter?.headers['__dlq.errors.code'], 'REJECTED');
  assert.equal(letter?.headers.ce_id, 'a');
  assert.equal(letter?.headers.own, undefined);
  assert.deepEqual(letter?.value, event.value);
  await until('its partition has moved', async () => (await consuming.behind()) === 0);
});

it('what a retry topic refuses for good is a dead letter that says so', async () => {
  const consuming = await createConsuming({ config: { 'max.message.bytes': '10000' } });
  after(consuming.close);
  await consuming.start(() => Promise.reject(new Error('no luck')));
  const event = consuming.event('a');
  await consuming.write({ ...event, headers: { ...event.headers, own: 'x'.repeat(20_000) } });
  const [letter] = await until('it is buried', async () => {
    const letters = await consuming.deadLetters();
    return letters.length > 0 && letters;
  });
  assert.equal(letter?.headers['__dlq.errors.code'], 'UNDELIVERABLE');
  assert.match(letter?.headers['__dlq.errors.message'] ?? '', /\.retry\.200ms does not take it \(TOO_LARGE\)/);
  await until('its partition has moved', async () => (await consuming.behind()) === 0);
});

it('what no topic of the chain takes is kept, told, and carried on as soon as one does; other keys go on', async () => {
  const consuming = await createConsuming({ config: { 'max.message.bytes': '100' } });
  after(consuming.close);
  const consumer = await consuming.start((event) => (event.meta.id === 'bad' ? refuse() : undefined), {
    stuckAfterMs: 1_000,
    handlerTimeoutMs: 1_000,
  });
  await consuming.write(consuming.event('bad'));
  await until('it is told by the health', () => {
    try {
      consumer.checkWork();
      return false;
    } catch (error) {
      return /1 records are refused .* TOO_LARGE|MESSAGE_TOO_LARGE/.test(String(error));
    }
  });
  assert.equal(await consuming.gauge('consumer_refused_records'), 1);
  await consuming.write(consuming.event('good'));
  await until('others go on', () => consuming.effects.includes('good'));
  assert.equal((await consuming.behind()) > 0, true, 'it is not committed');
  const refusedAt = Date.now();
  await until('the watchdog had its time', () => Date.now() - refusedAt > 4_000);
  assert.equal(consuming.failure, undefined, 'a restart would not help');

  await setMostBytes(`${consuming.service}.dlq`, 1_000_000);
  await until('it is buried', async () => (await consuming.deadLetters()).length === 1);
  await until('its partition has moved', async () => (await consuming.behind()) === 0);
  consumer.checkWork();
  assert.equal(await consuming.gauge('consumer_refused_records'), 0);
});
