import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createFixture, type Fixture, until } from './fixture.ts';
import { inversions, numbersByKey } from './sink.ts';
import { size } from './size.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

async function sendInterleaved(fixture: Fixture, keys: readonly string[], count: number): Promise<void> {
  for (const number of upTo(count)) await Promise.all(keys.map((key) => fixture.send(key, number)));
}

it('a key whose seventh event fails twice has all its effects in order, and other keys do not wait', async () => {
  const fixture = await createFixture();
  const others = upTo(20).map((index) => `other-${index}`);
  fixture.sink.respond = ({ key, number }, nth) =>
    key === 'K' && number === 7 && nth <= 2 ? { status: 500 } : undefined;
  const started = Date.now();
  await sendInterleaved(fixture, ['K', ...others], 50);
  const consumer = await fixture.start();
  await until('everything has its effect', () => fixture.sink.effects.length === 21 * 50);
  assert.deepEqual(numbersByKey(fixture.sink.effects).get('K'), upTo(50));
  assert.equal(inversions(fixture.sink.effects), 0);
  assert.equal(fixture.sink.repeats.length, 0);
  assert.ok((consumer.state().counts.parked ?? 0) > 0, 'later events of K took the way through the chain');
  assert.equal((await fixture.deadLetters()).length, 0);
  assert.ok(started > 0);
  await fixture.close();
});

it('a key whose seventh event fails for ever goes on in order without it, and it is dead with its reason', async () => {
  const fixture = await createFixture();
  fixture.sink.respond = ({ key, number }) => (key === 'K' && number === 7 ? { status: 500 } : undefined);
  const consumer = await fixture.start();
  await sendInterleaved(fixture, ['K', 'other'], 50);
  await until('all others have their effect', () => fixture.sink.effects.length === 99);
  await until('it is dead', () => consumer.state().counts.dead === 1);
  assert.deepEqual(
    numbersByKey(fixture.sink.effects).get('K'),
    upTo(50).filter((number) => number !== 7),
  );
  const [letter, ...rest] = await fixture.deadLetters();
  assert.equal(rest.length, 0);
  assert.equal(letter?.headers.ce_id, 'K-7');
  assert.equal(letter?.headers['__dlq.errors.delivery.count'], '4');
  assert.match(letter?.headers['__dlq.errors.message'] ?? '', /the sink answers 500/);
  await fixture.close();
});

it('when one event in ten fails once, every event has one effect and no key is out of order', async () => {
  const fixture = await createFixture();
  const [events, keys] = [size(4_000, 20_000), size(100, 500)];
  fixture.sink.respond = ({ number }, nth) =>
    nth === 1 && Math.random() < 0.1 && number > 0 ? { status: 500 } : undefined;
  await Promise.all([fixture.start(), fixture.start()]);
  await sendInterleaved(
    fixture,
    upTo(keys).map((index) => `key-${index}`),
    events / keys,
  );
  await until('everything has its effect', () => fixture.sink.effects.length >= events, 240_000);
  assert.equal(fixture.sink.effects.length, events);
  assert.equal(inversions(fixture.sink.effects), 0);
  assert.equal(fixture.sink.repeats.length, 0);
  assert.equal((await fixture.deadLetters()).length, 0);
  await fixture.close();
});
