import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, it } from 'node:test';
import { type AnyEvent, eventHeaders, keyOf } from '@switchboard/events';
import { messageReceived } from '@switchboard/events/fixtures';
import { environment } from '@switchboard/service';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { createSimulatedKafka } from '../../fixtures/simulated-kafka.ts';
import { type SimulatedProcess, startSimulatedProcess } from '../../fixtures/simulated-process.ts';
import { UnavailableError } from '../handler.ts';
import { retryTopicsOf } from '../retry/retry-topics.ts';

const redis = new Redis(testStack().redisUrl);
after(() => redis.disconnect());

const TARGETS = ['mail', 'chat', 'crm'] as const;
type Target = (typeof TARGETS)[number];
const target = fc.constantFrom(...TARGETS);
const KEYS = 6;

/** What happens, in this order, a moment apart. */
type Move =
  | { readonly does: 'send'; readonly events: readonly { key: number; needs: Target; fails: boolean }[] }
  | { readonly does: 'break' | 'mend'; readonly target: Target }
  | { readonly does: 'kill' }
  /** A rebalance: each topic gets the owner that its bit names. */
  | { readonly does: 'rebalance'; readonly owners: number }
  | { readonly does: 'wait' };

const events = fc.array(
  fc.record({ key: fc.nat(KEYS - 1), needs: target, fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0) }),
  { minLength: 1, maxLength: 15 },
);
const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: events.map((events) => ({ does: 'send', events }) as const) },
    { weight: 3, arbitrary: target.map((target) => ({ does: 'break', target }) as const) },
    { weight: 2, arbitrary: target.map((target) => ({ does: 'mend', target }) as const) },
    { weight: 1, arbitrary: fc.constant({ does: 'kill' } as const) },
    { weight: 1, arbitrary: fc.nat(15).map((owners) => ({ does: 'rebalance', owners }) as const) },
    { weight: 3, arbitrary: fc.constant({ does: 'wait' } as const) },
  ),
  { minLength: 8, maxLength: 20 },
);

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function play(script: readonly Move[]): Promise<number> {
  const service = `order-${randomUUID().slice(0, 8)}`;
  const kafka = createSimulatedKafka();
  const limits = {
    ...{ retryDelays: ['50ms'], quickTries: 1, parkAfterMs: 60, leaseMs: 500, concurrency: 4, leaseAhead: 4 },
    ...{ commitWindow: 12, orphanAfterMs: 60_000 },
  };
  const { retries, waiting } = retryTopicsOf(service, limits.retryDelays);
  const topics = ['source', ...retries.map(({ topic }) => topic), waiting.topic];
  const down = new Set<Target>();
  const needs = new Map<string, { target: Target; fails: boolean }>();
  const effects: { key: string; number: number }[] = [];
  const known = new Set<string>();
  const failed = new Set<string>();
  let sent = 0;
  let parked = 0;

  async function handler(event: AnyEvent): Promise<void> {
    const { id } = event.meta;
    const { target, fails } = needs.get(id) as { target: Target; fails: boolean };
    await pass(Math.random() * 4);
    if (down.has(target)) throw new UnavailableError(target);
    if (fails && !failed.has(id)) {
      failed.add(id);
      throw new Error('it fails once');
    }
    // The outside system knows the idempotency key.
    if (known.has(id)) return;
    known.add(id);
    effects.push({ key: (event as { conversationId: string }).conversationId, number: Number(id) });
  }

  const start = (): SimulatedProcess =>
    startSimulatedProcess({ service, kafka, redis, handler, targets: TARGETS, limits });
  let processes = [start(), start()];
  const share = (owners: number): void => {
    for (const [index, process] of processes.entries()) {
      process.assign(topics.filter((_, bit) => ((owners >> bit) & 1) === index));
    }
  };
  share(4);

  for (const move of script) {
    if (move.does === 'send') {
      for (const { key, needs: target, fails } of move.events) {
        sent += 1;
        const event = messageReceived(String(sent), `key-${key}`);
        // The other tenants have less than their share, so that the first also makes room for them.
        event.meta.tenant = key < KEYS - 2 ? 'acme' : `tenant-${key}`;
        needs.set(String(sent), { target, fails });
        kafka.append({
          ...{ topic: 'source', key: keyOf(event), value: Buffer.from(JSON.stringify(event)) },
          headers: eventHeaders(event),
        });
      }
    } else if (move.does === 'break') down.add(move.target);
    else if (move.does === 'mend') down.delete(move.target);
    else if (move.does === 'rebalance') share(move.owners);
    else if (move.does === 'kill') {
      const [victim, other] = processes as [SimulatedProcess, SimulatedProcess];
      victim.kill();
      parked += victim.parked;
      processes = [other, start()];
      share(4);
    }
    await pass(move.does === 'wait' ? 150 : 20);
  }
  down.clear();
  await until('every event has its effect', () => effects.length === sent);
  for (const process of processes) {
    process.kill();
    parked += process.parked;
    assert.deepEqual(process.failures, []);
  }
  const last = new Map<string, number>();
  for (const { key, number } of effects) {
    assert.ok(number > (last.get(key) ?? 0), `${key}: ${number} after ${last.get(key)}`);
    last.set(key, number);
  }
  assert.equal(kafka.lengthOf(`${service}.dlq`), 0);
  return parked;
}

it('events that wait for outside systems keep the order of their keys, however systems and processes come and go', async (t) => {
  let parked = 0;
  const runs = environment.TEST_SIZE === 'full' ? 200 : 12;
  await fc.assert(
    fc.asyncProperty(moves, async (script) => {
      parked += await play(script);
    }),
    { numRuns: runs, interruptAfterTimeLimit: 240_000, endOnFailure: true },
  );
  t.diagnostic(`${parked} times an event was parked`);
  assert.ok(parked > 0, 'the scripts reach the waiting topic');
});
