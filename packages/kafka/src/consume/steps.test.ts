import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { testStack } from '@switchboard/stack/test-stack';
import { until } from '@switchboard/stack/until';
import { Redis } from 'ioredis';
import pino from 'pino';
import type { StepCallsOptions } from './step-calls.ts';
import { createSteps, type StepSubject, type Steps } from './steps.ts';
import { stepKeys } from './steps-script.ts';

const redis = new Redis((await testStack()).redisUrl);
after(() => redis.disconnect());

function freshSteps(options: Partial<StepCallsOptions> = {}): Steps {
  const { orphanAfterMs = 60_000, leaseMs = 30_000, keyspace = `steps-${randomUUID()}` } = options;
  return createSteps({
    redis: options.redis ?? redis,
    keyspace,
    leaseMs,
    doneTtlMs: 60_000,
    orphanAfterMs,
    logger: pino({ level: 'silent' }),
    reachable: options.reachable ?? (() => {}),
  });
}

const event = (offset: number, { hop = 0, redrive = 0, lane = 'topic|tenant:key' } = {}): StepSubject => ({
  identity: `tenant:source:${offset}`,
  lane,
  origin: { offset },
  hop,
  redrive,
});

/** It is due in the chain, and nobody will ever ask for it. */
async function waitInVain(steps: Steps, lost: StepSubject): Promise<void> {
  const position = { hop: 1, tier: 1, due: Date.now() - 1 };
  await steps.fail(lost, 'a', position);
  await steps.moved(lost, 'a', position);
}

const soon = (): number => Date.now() + 5_000;

describe('admission', () => {
  it('lets an event run when nothing waits for its key, and nobody else meanwhile', async () => {
    const steps = freshSteps();
    assert.deepEqual(await steps.admit(event(1), 'a'), { kind: 'run' });
    assert.deepEqual(await steps.admit(event(1), 'b'), { kind: 'busy' });
    assert.deepEqual(await steps.admit(event(2), 'b'), { kind: 'run' }, "order within a lane is the lane's business");
  });

  it('answers the same again when the first answer was lost', async () => {
    const steps = freshSteps();
    await steps.admit(event(1), 'a');
    assert.deepEqual(await steps.admit(event(1), 'a'), { kind: 'run' });
    assert.equal(await steps.complete(event(1), 'a', 'held'), 'ok');
    assert.equal(await steps.complete(event(1), 'a', 'held'), 'ok');
    assert.deepEqual(await steps.admit(event(1), 'a'), { kind: 'done' });
  });

  it('is free again when the lease has run out or was given back', async () => {
    const steps = freshSteps({ leaseMs: 30 });
    await steps.admit(event(1), 'a');
    let admission = await steps.admit(event(1), 'b');
    while (admission.kind === 'busy') admission = await steps.admit(event(1), 'b');
    assert.equal(admission.kind, 'run');
    await steps.release(event(1), 'b');
    assert.deepEqual(await steps.admit(event(1), 'c'), { kind: 'run' });
  });
});

describe('the hold of a key', () => {
  it('sends later events behind the one that failed, to its tier and its time, until it has left', async () => {
    const steps = freshSteps();
    const due = soon();
    const position = { hop: 1, tier: 1, due };
    await steps.admit(event(7), 'a');
    assert.equal(await steps.fail(event(7), 'a', position), 'ok');
    assert.deepEqual(await steps.admit(event(8), 'b'), { kind: 'park', tier: 1, due });
    await steps.moved(event(7), 'a', position);
    assert.deepEqual(await steps.admit(event(9), 'b'), { kind: 'park', tier: 1, due });
    assert.deepEqual(await steps.admit(event(80, { lane: 'topic|tenant:other' }), 'c'), { kind: 'run' });

    assert.deepEqual(await steps.admit(event(7, { hop: 1 }), 'd'), { kind: 'held' });
    assert.equal(await steps.complete(event(7, { hop: 1 }), 'd', 'held'), 'ok');
    assert.deepEqual(await steps.admit(event(9, { hop: 1 }), 'e'), { kind: 'park', tier: 1, due });
    assert.deepEqual(await steps.admit(event(8, { hop: 1 }), 'e'), { kind: 'held' });
    await steps.complete(event(8, { hop: 1 }), 'e', 'held');
    assert.deepEqual(await steps.admit(event(9, { hop: 2 }), 'f'), { kind: 'held' });
    await steps.complete(event(9, { hop: 2 }), 'f', 'held');
    assert.deepEqual(await steps.admit(event(10), 'g'), { kind: 'run' });
  });

  it('follows the head when it climbs', async () => {
    const steps = freshSteps();
    await steps.admit(event(7), 'a');
    await steps.fail(event(7), 'a', { hop: 1, tier: 1, due: soon() });
    await steps.moved(event(7), 'a', { hop: 1, tier: 1, due: soon() });
    await steps.admit(event(8), 'b');
    const due = soon();
    await steps.admit(event(7, { hop: 1 }), 'c');
    await steps.fail(event(7, { hop: 1 }), 'c', { hop: 2, tier: 2, due });
    assert.deepEqual(await steps.admit(event(8, { hop: 1 }), 'd'), { kind: 'park', tier: 2, due });
  });

  it('never holds an event back behind one that came after it', async () => {
    const steps = freshSteps();
    await steps.admit(event(7), 'a');
    await steps.fail(event(7), 'a', { hop: 1, tier: 1, due: soon() });
    assert.deepEqual(await steps.admit(event(6), 'b'), { kind: 'held' });
  });

  it('knows an old copy of an event that was forwarded, but not of one that may not have been', async () => {
    const steps = freshSteps();
    const position = { hop: 1, tier: 1, due: soon() };
    await steps.admit(event(7), 'a');
    await steps.fail(event(7), 'a', position);
    await steps.release(event(7), 'a');
    assert.deepEqual(await steps.admit(event(7), 'b'), { kind: 'held' });
    await steps.fail(event(7), 'b', position);
    await steps.moved(event(7), 'b', position);
    assert.deepEqual(await steps.admit(event(7), 'c'), { kind: 'stale' });
    assert.deepEqual(await steps.admit(event(7, { hop: 1 }), 'c'), { kind: 'held' });
  });

  it('lets a key go on after a dead letter, and takes a redrive only once', async () => {
    const steps = freshSteps();
    await steps.admit(event(7), 'a');
    await steps.fail(event(7), 'a', { hop: 1, tier: 1, due: soon() });
    assert.equal(await steps.dead(event(7, { hop: 1 }), 'a', 0), 'ok');
    assert.deepEqual(await steps.admit(event(8), 'b'), { kind: 'run' });
    assert.deepEqual(await steps.admit(event(7), 'c'), { kind: 'dead' });
    assert.deepEqual(await steps.admit(event(7, { redrive: 1 }), 'c'), { kind: 'run' });
    await steps.complete(event(7, { redrive: 1 }), 'c', 'held');
    assert.deepEqual(await steps.admit(event(7, { redrive: 1 }), 'd'), { kind: 'done' });
  });

  it('keeps a key behind its dead letter when the service asks for it, until the redrive has run', async () => {
    const steps = freshSteps();
    await steps.admit(event(7), 'a');
    await steps.dead(event(7), 'a', 3);
    assert.deepEqual(await steps.admit(event(8), 'b'), { kind: 'park', tier: 3, due: 0 });
    assert.deepEqual(await steps.admit(event(7, { redrive: 1 }), 'c'), { kind: 'held' });
    await steps.complete(event(7, { redrive: 1 }), 'c', 'held');
    assert.deepEqual(await steps.admit(event(8), 'd'), { kind: 'held' });
  });

  it('gives an event that could not be read its name, and what it was known as its turn', async () => {
    const steps = freshSteps();
    const place = '@topic:0:7#digest';
    const [unread, named] = [{ ...event(7), identity: place }, event(7, { redrive: 1 })];
    await steps.identify(named, place);
    await steps.admit(unread, 'a');
    await steps.dead(unread, 'a', 3);
    await steps.identify(named, place);
    await steps.identify(named, place);
    assert.deepEqual(await steps.admit(event(8), 'b'), { kind: 'park', tier: 3, due: 0 });
    assert.deepEqual(await steps.admit(named, 'c'), { kind: 'held' });
    await steps.complete(named, 'c', 'held');
    assert.deepEqual(await steps.admit(event(8), 'd'), { kind: 'held' });
  });

  it('lets the followers go on when the head is lost for good, and only then', async () => {
    const steps = freshSteps({ orphanAfterMs: 50 });
    await waitInVain(steps, event(7));
    const follower = event(8, { hop: 1 });
    assert.equal((await steps.admit(follower, 'b')).kind, 'park');
    let admission = await steps.admit(follower, 'b');
    while (admission.kind === 'park') admission = await steps.admit(follower, 'b');
    assert.equal(admission.kind, 'held');
  });

  it('takes no head for lost because of what comes from the source, which knows nothing of the chain', async () => {
    const steps = freshSteps({ orphanAfterMs: 1 });
    await waitInVain(steps, event(7));
    const until = Date.now() + 200;
    while (Date.now() < until) assert.equal((await steps.admit(event(8), 'b')).kind, 'park');
  });

  it('watches each head anew: that one is lost says nothing of the next', async () => {
    const steps = freshSteps({ orphanAfterMs: 300 });
    await waitInVain(steps, event(7));
    await waitInVain(steps, event(8));
    const follower = event(9, { hop: 1 });
    const startedAt = Date.now();
    while ((await steps.admit(follower, 'b')).kind === 'park');
    assert.ok(Date.now() - startedAt >= 600, 'one after the other');
  });
});

describe('a zombie', () => {
  it('is refused its mark, its retry and its burial once another worker has the claim', async () => {
    const keyspace = `steps-${randomUUID()}`;
    await freshSteps({ keyspace, leaseMs: 20 }).admit(event(1), 'zombie');
    const steps = freshSteps({ keyspace });
    while ((await steps.admit(event(1), 'heir')).kind === 'busy');
    const position = { hop: 1, tier: 1, due: soon() };
    const verdicts = await Promise.all([
      steps.complete(event(1), 'zombie', 'held'),
      steps.renew(event(1), 'zombie'),
      steps.fail(event(1), 'zombie', position),
      steps.dead(event(1), 'zombie', 0),
    ]);
    assert.deepEqual(verdicts, ['refused', 'refused', 'refused', 'refused']);
  });

  it('whose lease ran out, but whom nobody followed, may still say that it is done', async () => {
    const steps = freshSteps({ leaseMs: 20 });
    await steps.admit(event(1), 'late');
    while ((await steps.renew(event(1), 'late')) === 'ok') await new Promise((resolve) => setTimeout(resolve, 25));
    assert.equal(await steps.complete(event(1), 'late', 'held'), 'ok');
    assert.deepEqual(await steps.admit(event(1), 'next'), { kind: 'done' });
  });
});

it('steps that are asked for together go in one call, in order', async () => {
  const steps = freshSteps();
  const replies = await Promise.all([
    steps.admit(event(1), 'a'),
    steps.complete(event(1), 'a', 'held'),
    steps.admit(event(1), 'b'),
  ]);
  assert.deepEqual(replies, [{ kind: 'run' }, 'ok', { kind: 'done' }]);
});

describe('an error inside the script', () => {
  const keyspace = `steps-${randomUUID()}`;
  const keys = stepKeys(keyspace);
  const states: boolean[] = [];
  const steps = freshSteps({ keyspace, reachable: (yes) => states.push(yes) });

  it('fails the step that is at fault, and none that went with it; Redis does not count as away', async () => {
    await redis.rpush(keys.mark(event(1).identity), 'no mark');
    await redis.set(keys.waiting(event(2, { lane: 'bad' }).lane), 'no set');
    const replies = await Promise.allSettled([
      steps.admit(event(0), 'a'),
      steps.admit(event(1), 'a'),
      steps.admit(event(2, { lane: 'bad' }), 'a'),
      steps.admit(event(3), 'a'),
    ]);
    assert.deepEqual(
      replies.map((reply) => (reply.status === 'fulfilled' ? reply.value.kind : reply.reason.code)),
      ['run', 'STEP_FAILED', 'STEP_FAILED', 'run'],
    );
    assert.deepEqual(states, []);
  });

  it('of a tally, which only the metrics read, fails no step', async () => {
    await redis.set(keys.heldLanes, 'no set');
    await redis.set(keys.openLetters, 'no set');
    const subject = event(4, { lane: 'tallied' });
    await steps.admit(subject, 'a');
    assert.equal(await steps.fail(subject, 'a', { hop: 1, tier: 1, due: soon() }), 'ok');
    assert.equal(await steps.dead(subject, 'a', 0), 'ok');
    assert.deepEqual(await steps.admit(event(5, { lane: 'tallied' }), 'b'), { kind: 'run' });
  });

  it('that every event has is no fault of the event: it waits until Redis takes steps', async () => {
    // As a Redis answers that is too old for the script.
    let old = true;
    const ancient = {
      evalsha: async (...args: Parameters<Redis['evalsha']>) => {
        if (old) throw Object.assign(new Error('ERR syntax error'), { name: 'ReplyError' });
        return redis.evalsha(...args);
      },
    };
    const waiting = freshSteps({ redis: ancient as Redis, reachable: (yes) => states.push(yes) });
    const admission = waiting.admit(event(1), 'a');
    await until('it is said that Redis cannot be used', () => states.includes(false));
    old = false;
    assert.deepEqual(await admission, { kind: 'run' });
    assert.deepEqual(states, [false, true]);
  });
});
