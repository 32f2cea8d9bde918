import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, it } from 'node:test';
import { testStack } from '@switchboard/local/test-stack';
import { Redis } from 'ioredis';
import pino from 'pino';
import { createSteps, type StepSubject, type Steps } from '../consume/steps.ts';
import { keyspaceOf } from '../consume/steps-script.ts';
import { readTallies } from '../consume/tallies.ts';
import { adoptMarks } from './adopt.ts';

const redis = new Redis(testStack().redisUrl);
after(() => redis.disconnect());

const DONE_TTL_MS = 60_000;

function open(keyspace: string): Steps {
  const limits = { leaseMs: 30_000, doneTtlMs: DONE_TTL_MS, orphanAfterMs: 60_000 };
  return createSteps({ redis, keyspace, ...limits, logger: pino({ level: 'silent' }), reachable() {} });
}

const event = (offset: number, lane: string, hop = 0): StepSubject => {
  return { identity: `/acme/test:${lane}-${offset}`, lane: `topic|acme:${lane}`, origin: { offset }, hop, redrive: 0 };
};

it('what an earlier version remembered is known under the new names: what is done, dead, and who waits', async () => {
  const service = `adopt-${randomUUID()}`;
  const former = open(service);
  const due = Date.now() + 60_000;
  const position = { hop: 1, tier: 1, due };
  await former.admit(event(1, 'done'), 'a');
  await former.complete(event(1, 'done'), 'a', 'run');
  await former.admit(event(1, 'dead'), 'a');
  await former.dead(event(1, 'dead'), 'a', 0);
  await former.admit(event(1, 'waits'), 'a');
  await former.fail(event(1, 'waits'), 'a', position);
  await former.moved(event(1, 'waits'), 'a', position);

  const scope = 'cluster';
  const keyspace = keyspaceOf(scope, service);
  assert.equal(await adoptMarks({ redis, scope }, service), 6);
  assert.equal(await adoptMarks({ redis, scope }, service), 0, 'a repeat finds nothing');
  assert.deepEqual(await readTallies(redis, keyspace, DONE_TTL_MS), { heldKeys: 1, openLetters: 1 });
  const steps = open(keyspace);
  assert.deepEqual(await steps.admit(event(1, 'done'), 'b'), { kind: 'done' });
  assert.deepEqual(await steps.admit(event(1, 'dead'), 'b'), { kind: 'dead' });
  assert.deepEqual(await steps.admit(event(2, 'waits'), 'b'), { kind: 'park', tier: 1, due });
  assert.deepEqual(await steps.admit(event(1, 'waits', 1), 'b'), { kind: 'held' });
  const [mark = ''] = await redis.keys(`d:${keyspace}:*done-1`);
  assert.ok((await redis.pttl(mark)) > 0, 'it is forgotten in its time');
});
