import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { PermanentError, UnavailableError } from '@switchboard/consumer';
import { OutboundError } from '@switchboard/outbound';
import { createGate, type Gate } from './gate.ts';

let gate: Gate;
beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] });
  gate = createGate('smtp', { concurrency: 4 });
});
afterEach(() => mock.timers.reset());

const { signal } = new AbortController();
const taken = (): Promise<string> => gate.run(signal, async () => 'taken');
const fails = (error: Error): Promise<unknown> =>
  gate.run(signal, () => Promise.reject(error)).catch((thrown) => thrown);
const down = (): UnavailableError => new UnavailableError('smtp', { cause: new Error('cannot be reached') });

/** Calls that end when they are told to. */
function hanging(count: number) {
  const ends: (() => void)[] = [];
  let begun = 0;
  const calls = Array.from({ length: count }, () =>
    gate
      .run(signal, () => {
        begun += 1;
        return new Promise<void>((resolve) => ends.push(resolve));
      })
      .catch((error: Error) => error),
  );
  return { calls, begun: () => begun, end: () => ends.shift()?.() };
}
const isRefused = (error: unknown): void => {
  assert.ok(error instanceof UnavailableError);
  assert.equal(error.target, 'smtp');
};
const isBusy = (error: unknown): void => {
  assert.ok(error instanceof OutboundError);
  assert.deepEqual([error.code, error.target, error.retry], ['BUSY', 'smtp', 'when-available']);
};
/** Lets calls begin and end that need no timer. */
const moment = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe('a gate', () => {
  it('lets a bounded number of calls hang, keeps four times as many waiting for a second, and refuses the others', async () => {
    const { calls, begun } = hanging(24);
    await moment();
    assert.equal(begun(), 4);
    for (const refused of await Promise.all(calls.slice(20))) isBusy(refused);
    mock.timers.tick(1_000);
    for (const refused of await Promise.all(calls.slice(4, 20))) isBusy(refused);
    assert.equal(gate.reason, undefined);
  });

  it('passes a place on when a call ends', async () => {
    const { calls, begun, end } = hanging(6);
    await moment();
    end();
    assert.equal(await calls[0], undefined);
    await moment();
    assert.equal(begun(), 5);
  });

  it('allows one call at a time after three failures, until one succeeds', async () => {
    for (let failure = 0; failure < 3; failure += 1) await fails(new Error('timed out'));
    const { begun, end, calls } = hanging(4);
    await moment();
    assert.equal(begun(), 1);
    end();
    await calls[0];
    await moment();
    assert.ok(begun() > 1);
  });

  it('refuses all but one call a second while the system is unavailable', async () => {
    assert.equal(((await fails(down())) as UnavailableError).target, 'smtp');
    let tried = 0;
    for (let tick = 0; tick < 100; tick += 1) {
      mock.timers.tick(100);
      await gate
        .run(signal, () => {
          tried += 1;
          return Promise.reject(down());
        })
        .catch(isRefused);
    }
    assert.equal(tried, 10);
    mock.timers.tick(1_000);
    assert.equal(await taken(), 'taken');
    assert.deepEqual(await Promise.all([taken(), taken()]), ['taken', 'taken']);
  });

  it('takes five calls without an answer, with no success between them, for an outage', async () => {
    const lost = new OutboundError('CONNECTION_FAILED', 'the connection was lost', { target: 'smtp' });
    for (let round = 0; round < 3; round += 1) {
      for (let failure = 0; failure < 4; failure += 1) assert.equal(await fails(lost), lost);
      assert.equal(await taken(), 'taken');
    }
    for (let failure = 0; failure < 4; failure += 1) await fails(lost);
    isRefused(await fails(lost));
    isRefused(await taken().catch((error) => error));
  });

  it('takes twenty failures in a row for an outage, and no refusals of single messages', async () => {
    for (let failure = 0; failure < 19; failure += 1) await fails(new Error('451'));
    await fails(new PermanentError('SMTP_REFUSED', 'no such user'));
    for (let failure = 0; failure < 19; failure += 1)
      assert.equal((await fails(new Error('451'))) instanceof UnavailableError, false);
    isRefused(await fails(new Error('451')));
    isRefused(await taken().catch((error) => error));
    mock.timers.tick(1_000);
    isRefused(await fails(new Error('451')));
    mock.timers.tick(1_000);
    await fails(new PermanentError('SMTP_REFUSED', 'no such user'));
    assert.equal(await taken(), 'taken');
  });
});
