import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { carryOut } from './carry-out.ts';
import type { Job } from './job.ts';
import type { Outcome } from './outcome.ts';

const FAILED: Outcome = { kind: 'failed', reason: 'timeout', texts: {}, again: true };
const FOUND: Outcome = { kind: 'found', output: {}, texts: {} };

/** The tries of a run whose answers take so long, on a clock that only they move. */
async function triesOf(job: Partial<Job>, answers: readonly Outcome[], eachMs: number) {
  let time = 0;
  let tries = 0;
  const all = {
    answerBy: 4_000,
    deadlineAt: 60_000,
    patient: false,
    controller: new AbortController(),
    action: { effect: 'read' },
    ...job,
  };
  const outcome = await carryOut(
    all as unknown as Job,
    async () => {
      time += eachMs;
      tries += 1;
      return answers[Math.min(tries, answers.length) - 1] as Outcome;
    },
    () => time,
  );
  return { tries, outcome: outcome.kind };
}

describe('a run', () => {
  it('of a read is tried once more while its caller waits, if that fits', async () => {
    assert.deepEqual(await triesOf({}, [FAILED, FOUND], 100), { tries: 2, outcome: 'found' });
    assert.deepEqual(await triesOf({}, [FAILED], 100), { tries: 2, outcome: 'failed' });
    assert.deepEqual(await triesOf({}, [FAILED, FOUND], 2_000), { tries: 1, outcome: 'failed' });
  });

  it('is not tried again for what another try would not change', async () => {
    for (const outcome of [FOUND, { ...FAILED, again: false }, { kind: 'rejected', texts: {} } as const]) {
      assert.equal((await triesOf({ patient: true }, [outcome as Outcome], 10)).tries, 1);
    }
  });

  it('of a write is not tried again while its caller waits', async () => {
    const write = { action: { effect: 'write' } } as unknown as Partial<Job>;
    assert.deepEqual(await triesOf(write, [FAILED, FOUND], 10), { tries: 1, outcome: 'failed' });
    assert.deepEqual(await triesOf({ ...write, patient: true }, [FAILED, FOUND], 10), { tries: 2, outcome: 'found' });
  });

  it('that nobody waits for is tried until its deadline', async () => {
    assert.deepEqual(await triesOf({ patient: true }, [FAILED, FAILED, FOUND], 25_000), { tries: 3, outcome: 'found' });
    assert.deepEqual(await triesOf({ patient: true }, [FAILED], 25_000), { tries: 3, outcome: 'failed' });
  });

  it('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const running = triesOf({ patient: true, controller }, [{ ...FAILED, retryAfterMs: 30_000 } as Outcome], 1);
    controller.abort(new Error('another instance has the run'));
    await assert.rejects(running, /abort/i);
  });
});
