import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '@switchboard/stack/until';
import { type Consuming, createConsuming } from '../fixtures/consuming.ts';
import { RETRY_HEADERS } from './assignment/headers.ts';
import type { RunningConsumer } from './consume.ts';

describe('headers that name another event than the value', () => {
  let consuming: Consuming;
  let consumer: RunningConsumer;
  before(async () => {
    consuming = await createConsuming();
    consumer = await consuming.start();
  });
  after(() => consuming.close());

  const codes = async () => (await consuming.deadLetters()).map(({ headers }) => headers['__dlq.errors.code']);

  it('make a dead letter, and do not mark the other event', async () => {
    const [forged, victim] = [consuming.event('forger-1', 'forger'), consuming.event('victim-1', 'victim')];
    await consuming.write({ ...forged, headers: { ...forged.headers, ce_id: 'victim-1' } });
    await until('the forged one is dead', () => consumer.state().counts.dead === 1);
    await consuming.write(victim);
    await until('the other has its effect', () => consuming.effects.includes('victim-1'));
    assert.deepEqual(await codes(), ['IDENTITY_MISMATCH']);
    assert.deepEqual(consuming.effects, ['victim-1']);
  });

  it('of another tenant or source do not either', async () => {
    const forged = consuming.event('forger-2', 'forger');
    for (const ce_source of ['/other/test', '/acme/other']) {
      await consuming.write({ ...forged, headers: { ...forged.headers, ce_source } });
    }
    await until('both are dead', () => consumer.state().counts.dead === 3);
    await consuming.write(forged);
    await until('the event itself has its effect', () => consuming.effects.includes('forger-2'));
  });

  it('do not either when the value cannot be read, in a source topic or a retry topic', async () => {
    const [retryTopic = ''] = consuming.ownTopics;
    const victim = consuming.event('victim-3', 'victim');
    const value = Buffer.from('no event');
    await consuming.write({ ...victim, value }, { ...victim, value, topic: retryTopic });
    await until('both are dead', () => consumer.state().counts.dead === 5);
    await consuming.write(victim);
    await until('the event has its effect', () => consuming.effects.includes('victim-3'));
  });

  it('do not either when they name an unhandled type in a retry topic', async () => {
    const [retryTopic = ''] = consuming.ownTopics;
    const victim = consuming.event('victim-4', 'victim');
    await consuming.write({ ...victim, headers: { ...victim.headers, ce_type: 'lead.captured' }, topic: retryTopic });
    await until('it is dead', () => consumer.state().counts.dead === 6);
    await consuming.write(victim);
    await until('the event has its effect', () => consuming.effects.includes('victim-4'));
    assert.equal((await codes()).at(-1), 'TYPE_MISMATCH');
  });

  it('that name the origin of another record in a retry topic do not hide that record', async () => {
    const [retryTopic = ''] = consuming.ownTopics;
    const { key, headers } = consuming.event('victim-5', 'victim');
    const place = { [RETRY_HEADERS.originTopic]: consuming.topic, [RETRY_HEADERS.originOffset]: '0' };
    const values = ['one', 'two'].map((text) => Buffer.from(text));
    await consuming.write(
      ...values.map((value) => ({ topic: retryTopic, key, value, headers: { ...headers, ...place } })),
    );
    await until('both are dead', () => consumer.state().counts.dead === 8);
    const letters = (await consuming.deadLetters()).map(({ value }) => String(value));
    assert.deepEqual(letters.slice(-2), ['one', 'two']);
  });
});
