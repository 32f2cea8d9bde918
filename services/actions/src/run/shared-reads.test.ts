import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSharedReads } from './shared-reads.ts';

const never = new AbortController().signal;

describe('shared reads', () => {
  const open = (time: { now: number }, mostBytes?: number) =>
    createSharedReads<string>({
      keep: (result) => result !== 'not found',
      sizeOf: (result) => result.length,
      now: () => time.now,
      ...(mostBytes === undefined ? {} : { mostBytes }),
    });

  it('ask once for the same question at a time, and keep the answer for its time', async () => {
    const time = { now: 0 };
    const reads = open(time);
    let calls = 0;
    let hits = 0;
    const call = (key: string) => async () => {
      calls += 1;
      return `${key}${calls}`;
    };
    const onHit = (): void => {
      hits += 1;
    };
    const ask = (key: string) => reads.get(key, 100, never, call(key), onHit);
    assert.deepEqual(await Promise.all([ask('a'), ask('a'), ask('b')]), ['a1', 'a1', 'b2']);
    assert.deepEqual([await ask('a'), calls, hits], ['a1', 2, 1]);
    time.now = 101;
    assert.equal(await ask('a'), 'a3');
  });

  it('keep neither what may not be kept nor a failure', async () => {
    const reads = open({ now: 0 });
    let calls = 0;
    const answer = (result: string | Error) => async () => {
      calls += 1;
      if (result instanceof Error) throw result;
      return result;
    };
    for (let time = 0; time < 2; time += 1) {
      await reads.get('a', 100, never, answer('not found'));
      await assert.rejects(reads.get('b', 100, never, answer(new Error('down'))));
      await reads.get('c', 0, never, answer('found'));
    }
    assert.equal(calls, 6);
  });

  it('abort a call once everyone who waits for it has gone, and not before', async () => {
    const reads = open({ now: 0 });
    const [one, two] = [new AbortController(), new AbortController()];
    let inner: AbortSignal | undefined;
    const call = (signal: AbortSignal) => {
      inner = signal;
      return new Promise<string>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const waiting = [one, two].map(({ signal }) => reads.get('a', 100, signal, call));
    one.abort(new Error('one is gone'));
    await assert.rejects(waiting[0] as Promise<string>, /one is gone/);
    assert.equal(inner?.aborted, false);
    two.abort(new Error('two is gone'));
    await assert.rejects(waiting[1] as Promise<string>, /two is gone/);
    assert.equal(inner?.aborted, true);
    assert.equal(await reads.get('a', 100, never, async () => 'new call'), 'new call');
  });

  it('stay within their bytes: the oldest go first, and a huge answer is not kept', async () => {
    const reads = open({ now: 0 }, 100_000);
    let calls = 0;
    const ask = (key: string, size: number) =>
      reads.get(key, 100, never, async () => {
        calls += 1;
        return 'x'.repeat(size);
      });
    for (let index = 0; index < 200; index += 1) await ask(`k${index}`, 600);
    calls = 0;
    await ask('k199', 600);
    assert.equal(calls, 0);
    await ask('k0', 600);
    assert.equal(calls, 1);
    await ask('huge', 5_000);
    await ask('huge', 5_000);
    assert.equal(calls, 3);
  });
});
