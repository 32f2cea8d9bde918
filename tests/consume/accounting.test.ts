import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@switchboard/stack/until';
import { Registry } from 'prom-client';
import { createFixture } from './fixture.ts';

async function sum(metrics: Registry, name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const values = (await metrics.getSingleMetric(name)?.get())?.values ?? [];
  const wanted = Object.entries(labels);
  return values
    .filter((entry) => wanted.every(([label, value]) => entry.labels[label] === value))
    .reduce((total, { value }) => total + value, 0);
}

it('every record read is accounted for at any moment, through failures, rebalances and shutdown', async () => {
  const fixture = await createFixture();
  after(fixture.close);
  fixture.sink.respond = ({ number }, nth) => {
    if (number % 10 === 0) return { status: 422 };
    return number % 3 === 0 && nth === 1 ? { status: 500 } : { delayMs: 20 };
  };
  const [first, second] = [new Registry(), new Registry()];
  const gaps: number[] = [];
  const look = async (): Promise<void> => {
    for (const metrics of [first, second]) gaps.push(await sum(metrics, 'consumer_accounting_gap_records'));
  };
  const limits = { sessionTimeoutMs: 6_000 };
  const leaver = await fixture.start({ limits }, undefined, first);
  const sending = Array.from({ length: 300 }, (_, index) => fixture.send(`key-${index % 30}`, index));
  await Promise.all(sending);
  await fixture.sendRaw({ key: 'acme:broken', value: Buffer.from('no event'), headers: {} });
  await until('some events are done', () => fixture.sink.effects.length > 50);
  await fixture.start({ limits }, undefined, second);
  await look();
  await leaver.stop();
  // However fast the leaver was, its successor has an effect too.
  await fixture.send('late', 301);
  await until('all events have their effect or are dead', async () => {
    await look();
    await sleep(50);
    return fixture.sink.effects.length === 271 && (await fixture.deadLetters()).length >= 31;
  });
  await until('nothing is in flight', async () => (await sum(second, 'consumer_in_flight_records')) === 0);
  await look();
  assert.deepEqual(
    gaps.filter((gap) => gap !== 0),
    [],
  );
  await until('the dead letters are counted', async () => (await sum(second, 'consumer_dead_letters')) === 31);
  await until('no key is held', async () => (await sum(second, 'consumer_held_keys')) === 0);
  const effects = async (metrics: Registry) =>
    (await metrics.getSingleMetric('consumer_effect_seconds')?.get())?.values.find(
      ({ labels, value }) => !('le' in labels) && value >= 1,
    );
  assert.ok(await effects(second), 'the time from acceptance to effect is measured');
});
