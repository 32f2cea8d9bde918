import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, it } from 'node:test';
import { testStack } from '@switchboard/stack/test-stack';
import { Redis } from 'ioredis';
import pino from 'pino';
import { createSteps, type StepSubject } from './steps.ts';
import { readTallies } from './tallies.ts';

const DONE_TTL_MS = 60_000;
const redis = new Redis((await testStack()).redisUrl);
after(() => redis.disconnect());

const event = (offset: number, key: string, redrive = 0): StepSubject => ({
  identity: `tenant:source:${key}-${offset}`,
  lane: `topic|tenant:${key}`,
  origin: { offset },
  hop: 0,
  redrive,
});
const position = { hop: 1, tier: 1, due: 0 };

function open(onDeadLetter: 'continue' | 'hold' = 'continue') {
  const keyspace = `tallies-${randomUUID()}`;
  const steps = createSteps({
    ...{ redis, keyspace, leaseMs: 30_000, doneTtlMs: DONE_TTL_MS, orphanAfterMs: 60_000 },
    logger: pino({ level: 'silent' }),
    reachable: () => {},
  });
  after(() => steps.close());
  return {
    steps,
    tallies: () => readTallies(redis, keyspace, DONE_TTL_MS),
    async die(subject: StepSubject) {
      assert.match((await steps.admit(subject, 'token')).kind, /run|held/);
      await steps.dead(subject, 'token', onDeadLetter === 'hold' ? 3 : 0);
    },
  };
}

it('a key counts as held from its first failure until the last of its events has left', async () => {
  const { steps, tallies } = open();
  const [head, follower] = [event(1, 'one'), event(2, 'one')];
  await steps.admit(head, 'a');
  await steps.fail(head, 'a', position);
  await steps.moved(head, 'a', position);
  assert.equal((await steps.admit(follower, 'b')).kind, 'park');
  assert.equal((await tallies()).heldKeys, 1);
  await steps.admit({ ...head, hop: 1 }, 'c');
  await steps.complete(head, 'c', 'held');
  assert.equal((await tallies()).heldKeys, 1);
  await steps.admit({ ...follower, hop: 1 }, 'd');
  await steps.complete(follower, 'd', 'held');
  assert.equal((await tallies()).heldKeys, 0);
});

it('a dead letter is open until it is redriven, and again when it dies once more', async () => {
  const { steps, tallies, die } = open();
  await die(event(1, 'one'));
  await die(event(1, 'two'));
  assert.equal((await tallies()).openLetters, 2);
  await steps.admit(event(1, 'one'), 'repeat');
  assert.equal((await tallies()).openLetters, 2, 'a repeat is no redrive');
  await steps.admit(event(1, 'one', 1), 'redriven');
  assert.equal((await tallies()).openLetters, 1);
  await steps.dead(event(1, 'one', 1), 'redriven', 0);
  assert.equal((await tallies()).openLetters, 2);
});

it('a dead letter that is purged is open no more, nor does it hold its key', async () => {
  const { steps, tallies, die } = open('hold');
  await die(event(1, 'one'));
  assert.deepEqual(await tallies(), { openLetters: 1, heldKeys: 1 });
  await steps.abandon(event(1, 'one'));
  assert.deepEqual(await tallies(), { openLetters: 0, heldKeys: 0 });
});
