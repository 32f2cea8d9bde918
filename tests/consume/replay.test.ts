import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Program, runProgram } from '@switchboard/deploy/fixtures/program';
import { until } from '@switchboard/stack/until';
import { size } from '../size.ts';
import { createFixture, type Fixture } from './fixture.ts';
import type { CrashPoint } from './reference-consumer.ts';
import { type Effect, inversions } from './sink.ts';

const limits = { leaseMs: 3_000, sessionTimeoutMs: 6_000 };
const KEYS = 10;
const SELECTED = ['--all', '--since', '1h', '--types', 'message.received'];

const ops = ({ service }: Fixture, ...argv: string[]): Program =>
  runProgram(fileURLToPath(import.meta.resolve('@switchboard/cli')), ['ops', 'replay', '--service', service, ...argv]);

/** The replay that an effect belongs to; 0 if none. */
const replayOf = ({ idempotencyKey }: Pick<Effect, 'idempotencyKey'>): number =>
  Number(/^[^:]+:~(\d+):/.exec(idempotencyKey)?.[1] ?? 0);
const isReplayed = (effect: Pick<Effect, 'idempotencyKey'>): boolean => replayOf(effect) > 0;

async function sendAll(fixture: Fixture, from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number += 1) {
    await Promise.all(Array.from({ length: KEYS }, (_, key) => fixture.send(`key-${key}`, number)));
  }
}

/** Has a service that has done events 1 to `each` of every key. Those with this number fail once when replayed. */
async function createDone(each: number, failing: number): Promise<Fixture> {
  const fixture = await createFixture({ partitions: 2 });
  const worker = await fixture.spawn({ limits });
  await sendAll(fixture, 1, each);
  await until('all events have their effect', () => fixture.sink.effects.length === KEYS * each);
  worker.child.kill('SIGTERM');
  assert.equal(await worker.exited, 0);
  fixture.sink.respond = (request, nth) =>
    isReplayed(request) && request.number === failing && nth === 1 ? { status: 500 } : undefined;
  return fixture;
}

const replayedOf = ({ sink }: Fixture): Effect[] => sink.effects.filter(isReplayed);

/** Every event had one effect in one replay, in the order of its key, and those that were sent one besides. */
async function assertComplete(fixture: Fixture, replayed: number, sent: number, kills: number): Promise<void> {
  const effects = replayedOf(fixture);
  const others = fixture.sink.effects.filter((effect) => !isReplayed(effect));
  assert.deepEqual([effects.length, others.length], [replayed, sent]);
  assert.equal(new Set(effects.map(replayOf)).size, 1);
  for (const some of [effects, others]) {
    assert.equal(new Set(some.map(({ idempotencyKey }) => idempotencyKey)).size, some.length);
    assert.equal(inversions(some), 0);
  }
  const repeats = fixture.sink.repeats.length;
  assert.ok(repeats <= KEYS * kills, `${repeats} repeats: only requests that ran during a kill are repeated`);
  assert.equal((await fixture.deadLetters()).length, 0);
}

/** Where the service is killed, and after how many records. */
const POINTS: readonly [CrashPoint, number][] = [
  ['after forward', 8],
  ['before mark', 10],
  ['before forward', 8],
  ['after claim', 10],
];

describe('a replay', () => {
  it('has one effect for each event, in the order of its key, though the service is killed on the way', async () => {
    const each = 10;
    const fixture = await createDone(each, 3);
    assert.equal(await ops(fixture, ...SELECTED, '--rate', '5000').exit, 0);
    const points = POINTS.slice(0, size(2, POINTS.length));
    for (const [point, at] of points) {
      const victim = await fixture.spawn({ limits, crash: { point, at } });
      assert.equal(await victim.exited, 'SIGKILL', point);
    }
    assert.ok(replayedOf(fixture).length < KEYS * each, 'it was killed before the end');
    await fixture.spawn({ limits });
    await until('all events have their effect again', () => replayedOf(fixture).length >= KEYS * each);
    await assertComplete(fixture, KEYS * each, KEYS * each, points.length);
    await fixture.close();
  });

  it('has the same, and new events theirs, though the command is killed too and continued with its number', async () => {
    const each = size(20, 200);
    const fixture = await createDone(each, 7);
    const retryTopic = `${fixture.service}.retry.200ms`;
    const victim = await fixture.spawn({ limits });
    const command = ops(fixture, ...SELECTED, '--rate', '25');
    await until('some events have their effect again', () => replayedOf(fixture).length > 25);
    victim.child.kill('SIGKILL');
    await victim.exited;
    await until('the command sends on', async () => (await fixture.read(retryTopic)).length > 75);
    command.child.kill('SIGKILL');
    assert.equal(await command.exit, 'SIGKILL');
    const [, number = ''] = /Replay (\d+) begins/.exec(command.output) ?? [];

    const sending = sendAll(fixture, each + 1, each + 5);
    await fixture.spawn({ limits });
    const again = ops(fixture, '--replay', number, '--rate', '500');
    assert.equal(await again.exit, 0, again.output);
    await sending;
    const sent = KEYS * (each + 5);
    await until('all events have their effects', () => fixture.sink.effects.length >= KEYS * each + sent);
    await assertComplete(fixture, KEYS * each, sent, 1);
    assert.deepEqual([...new Set(replayedOf(fixture).map(replayOf))], [Number(number)]);
    await fixture.close();
  });
});
