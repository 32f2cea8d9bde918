import assert from 'node:assert/strict';
import { it } from 'node:test';
import { until } from '@switchboard/stack/until';
import { size } from '../size.ts';
import { createFixture, type Fixture } from './fixture.ts';
import { inversions, numbersByKey } from './sink.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

async function sendInterleaved(fixture: Fixture, keys: readonly string[], count: number): Promise<void> {
  for (const number of upTo(count)) await Promise.all(keys.map((key) => fixture.send(key, number)));
}

it('a key whose seventh event fails twice keeps its order, and other keys do not wait', async () => {
  const fixture = await createFixture();
  const others = upTo(20).map((index) => `other-${index}`);
  fixture.sink.respond = ({ key, number }, nth) =>
    key === 'K' && number === 7 && nth <= 2 ? { status: 500 } : undefined;
  // The first is much longer than a round of the others, even on a machine that stalls.
  const consumer = await fixture.start({ limits: { retryDelays: ['5s', '6s'] } });
  const ofOthers = () => fixture.sink.effects.filter(({ key }) => key !== 'K');
  for (const number of upTo(50)) {
    await Promise.all(['K', ...others].map((key) => fixture.send(key, number)));
    await until(`the others have number ${number}`, () => ofOthers().length === others.length * number);
  }
  await until('all events have their effect', () => fixture.sink.effects.length === 21 * 50);
  const [failed, retried] = fixture.sink.calls.filter(({ request }) => request.key === 'K' && request.number === 7);
  assert.ok(failed && retried);
  const meanwhile = ofOthers().filter(({ at, number }) => number > 7 && at >= failed.at && at < retried.at);
  assert.ok(meanwhile.length >= others.length, `${meanwhile.length} effects of other keys while K waits`);
  assert.deepEqual(numbersByKey(fixture.sink.effects).get('K'), upTo(50));
  assert.equal(inversions(fixture.sink.effects), 0);
  assert.equal(fixture.sink.repeats.length, 0);
  assert.equal(consumer.state().counts.retried, 2);
  assert.equal((await fixture.deadLetters()).length, 0);
  await fixture.close();
});

it('a key continues in order without its seventh event, which always fails and becomes a dead letter', async () => {
  const fixture = await createFixture();
  fixture.sink.respond = ({ key, number }) => (key === 'K' && number === 7 ? { status: 500 } : undefined);
  const consumer = await fixture.start();
  await sendInterleaved(fixture, ['K', 'other'], 50);
  await until('all other events have their effect', () => fixture.sink.effects.length === 99);
  await until('it is dead', () => consumer.state().counts.dead === 1);
  assert.deepEqual(
    numbersByKey(fixture.sink.effects).get('K'),
    upTo(50).filter((number) => number !== 7),
  );
  const [letter, ...rest] = await fixture.deadLetters();
  assert.equal(rest.length, 0);
  assert.equal(letter?.headers.ce_id, 'K-7');
  assert.equal(letter?.headers['__dlq.errors.delivery.count'], '4');
  assert.match(letter?.headers['__dlq.errors.message'] ?? '', /the sink responds with 500/);
  await fixture.close();
});

it('if one event in ten fails once, every event has one effect and every key is in order', async () => {
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
  await until('all events have their effect', () => fixture.sink.effects.length >= events);
  assert.equal(fixture.sink.effects.length, events);
  assert.equal(inversions(fixture.sink.effects), 0);
  assert.equal(fixture.sink.repeats.length, 0);
  assert.equal((await fixture.deadLetters()).length, 0);
  await fixture.close();
});
