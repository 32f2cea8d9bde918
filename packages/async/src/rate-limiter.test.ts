import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRateLimiter } from './rate-limiter.ts';

describe('rate limiter', () => {
  it('grants the burst, then the rate, and says how long to wait', () => {
    let time = 0;
    const limiter = createRateLimiter(() => time);
    const rate = { perSecond: 2, burst: 3 };
    assert.deepEqual(
      [1, 2, 3, 4].map(() => limiter.take('a', rate)),
      [0, 0, 0, 1],
    );
    assert.equal(limiter.take('b', rate), 0, 'another key has its own');
    time += 500;
    assert.deepEqual(
      [1, 2].map(() => limiter.take('a', rate)),
      [0, 1],
    );
    time += 60_000;
    assert.deepEqual(
      [1, 2, 3, 4].map(() => limiter.take('a', rate)),
      [0, 0, 0, 1],
    );
  });

  it('tells a slow rate to wait for as long as it takes', () => {
    const limiter = createRateLimiter(() => 0);
    const rate = { perSecond: 0.1, burst: 1 };
    assert.equal(limiter.take('a', rate), 0);
    assert.equal(limiter.take('a', rate), 10);
  });

  it('lets the next tries wait for what a granted one held', () => {
    let time = 0;
    const limiter = createRateLimiter(() => time);
    const rate = { perSecond: 10, burst: 20 };
    assert.equal(limiter.take('a', rate), 0);
    limiter.charge('a', rate, 99);
    assert.equal(limiter.take('a', rate), 9);
    time += 8_000;
    assert.ok(limiter.take('a', rate) > 0);
    time += 200;
    assert.equal(limiter.take('a', rate), 0);
  });

  it('forgets the key unused for longest when there are too many', () => {
    const limiter = createRateLimiter(() => 0, 2);
    const rate = { perSecond: 1, burst: 1 };
    for (const key of ['a', 'b', 'a', 'c']) limiter.take(key, rate);
    assert.ok(limiter.take('a', rate) > 0, 'a was used after b');
    assert.equal(limiter.take('b', rate), 0);
  });
});
