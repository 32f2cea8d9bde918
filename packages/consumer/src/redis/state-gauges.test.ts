import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, it } from 'node:test';
import { testStack } from '@switchboard/stack/test-stack';
import { Redis } from 'ioredis';
import pino from 'pino';
import { createEventState, type StateSubject } from './event-state.ts';
import { readStateGauges } from './state-gauges.ts';

const DONE_TTL_MS = 60_000;
const redis = new Redis((await testStack()).redisUrl);
after(() => redis.disconnect());

const event = (offset: number, key: string, redrive = 0): StateSubject => ({
  identity: `tenant:source:${key}-${offset}`,
  orderKey: `topic|tenant:${key}`,
  origin: { offset },
  position: { hop: 0, redrive },
});
const position = { hop: 1, level: 1, dueAt: 0 };

function open(onDeadLetter: 'continue' | 'hold' = 'continue') {
  const keyspace = `state-gauges-${randomUUID()}`;
  const eventState = createEventState({
    ...{ redis, keyspace, leaseMs: 30_000, doneTtlMs: DONE_TTL_MS, orphanAfterMs: 60_000 },
    logger: pino({ level: 'silent' }),
    reachable: () => {},
  });
  after(() => eventState.close());
  return {
    eventState,
    stateGauges: () => readStateGauges(redis, keyspace, DONE_TTL_MS),
    async die(subject: StateSubject) {
      assert.match((await eventState.admit(subject, 'token')).kind, /run|held/);
      await eventState.dead(subject, 'token', onDeadLetter === 'hold' ? 3 : 0);
    },
  };
}

it('a key counts as held from its first failure until its last waiting event has left', async () => {
  const { eventState, stateGauges } = open();
  const [head, follower] = [event(1, 'one'), event(2, 'one')];
  await eventState.admit(head, 'a');
  await eventState.fail(head, 'a', position);
  await eventState.moved(head, 'a', position);
  assert.equal((await eventState.admit(follower, 'b')).kind, 'defer');
  assert.equal((await stateGauges()).heldKeys, 1);
  await eventState.admit({ ...head, position: { hop: 1, redrive: 0 } }, 'c');
  await eventState.complete(head, 'c', 'held');
  assert.equal((await stateGauges()).heldKeys, 1);
  await eventState.admit({ ...follower, position: { hop: 1, redrive: 0 } }, 'd');
  await eventState.complete(follower, 'd', 'held');
  assert.equal((await stateGauges()).heldKeys, 0);
});

it('a dead letter is open until it is redriven, and again after it fails once more', async () => {
  const { eventState, stateGauges, die } = open();
  await die(event(1, 'one'));
  await die(event(1, 'two'));
  assert.equal((await stateGauges()).openLetters, 2);
  await eventState.admit(event(1, 'one'), 'repeat');
  assert.equal((await stateGauges()).openLetters, 2, 'a repeat is no redrive');
  await eventState.admit(event(1, 'one', 1), 'redriven');
  assert.equal((await stateGauges()).openLetters, 1);
  await eventState.dead(event(1, 'one', 1), 'redriven', 0);
  assert.equal((await stateGauges()).openLetters, 2);
});

it('a purged dead letter is not open and does not hold its key', async () => {
  const { eventState, stateGauges, die } = open('hold');
  await die(event(1, 'one'));
  assert.deepEqual(await stateGauges(), { openLetters: 1, heldKeys: 1 });
  await eventState.abandon(event(1, 'one'));
  assert.deepEqual(await stateGauges(), { openLetters: 0, heldKeys: 0 });
});
