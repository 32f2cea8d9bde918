import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createByteBudget } from './byte-budget.ts';
import type { Claim } from './claim.ts';

const MIB = 1_048_576;
const SMALL = 60_000;

/** Claims for bodies of this size until there is no room; returns those that fit. */
function fill(
  budget: ReturnType<typeof createByteBudget>,
  bytes: number,
  from: (n: number) => [string, string],
): Claim[] {
  const claims: Claim[] = [];
  for (let n = 0; n < 10_000; n += 1) {
    const claim = budget.claim(...from(n));
    if (claim === undefined) return claims;
    if (!budget.cover(claim, bytes)) {
      budget.release(claim);
      return claims;
    }
    claims.push(claim);
  }
  return claims;
}

const holds = (claims: Claim[]): number => claims.reduce((sum, { bytes }) => sum + bytes, 0);

describe('byte budget', () => {
  it('gives an address a sixteenth, a source an eighth and all strangers a quarter for bodies of each size', () => {
    for (const bytes of [SMALL, MIB]) {
      const budget = createByteBudget(64 * MIB);
      const one = fill(budget, bytes, () => ['a', 'shop']);
      assert.ok(holds(one) > 2 * MIB && holds(one) <= 4 * MIB, `${holds(one)}`);
      const shop = fill(budget, bytes, (n) => [`b${n}`, 'shop']);
      assert.ok(holds([...one, ...shop]) > 6 * MIB && holds([...one, ...shop]) <= 8 * MIB);
      const rest = fill(budget, bytes, (n) => [`b${n}`, `s${n}`]);
      assert.ok(holds([...one, ...shop, ...rest]) > 14 * MIB && holds([...one, ...shop, ...rest]) <= 16 * MIB);
    }
  });

  it('gives verified large bodies half of it, one source three quarters of that, and small ones the rest', () => {
    const budget = createByteBudget(64 * MIB);
    const verified = (bytes: number, source: string): number => {
      for (let held = 0; ; held += 1) {
        const claim = budget.claim('a', source);
        if (claim === undefined) return held;
        if (budget.cover(claim, bytes) && budget.verify(claim)) continue;
        budget.release(claim);
        return held;
      }
    };
    assert.equal(verified(MIB, 'shop'), 23);
    assert.equal(verified(MIB, 'cms'), 8);
    assert.ok(verified(SMALL, 'shop') > 500);
    assert.ok(budget.used <= 64 * MIB);
  });

  it('takes room from a body that is slow, at once if another needs it and after five seconds in any case', () => {
    const budget = createByteBudget(8 * MIB);
    const held = fill(budget, SMALL, () => ['a', 'shop']);
    const cut: number[] = [];
    for (const [n, claim] of held.entries()) budget.reading(claim, () => cut.push(n));
    budget.judgePace();
    const other = budget.claim('a', 'shop') as Claim;
    assert.equal(budget.cover(other, SMALL), false);
    for (const claim of held.slice(1)) claim.received += 8_192;
    budget.judgePace();
    assert.equal(budget.cover(other, SMALL), true);
    assert.deepEqual(cut, [0]);
    assert.equal(budget.cover(budget.claim('a', 'shop') as Claim, SMALL), false);
    for (let second = 0; second < 4; second += 1) budget.judgePace();
    assert.deepEqual(cut, [0]);
    budget.judgePace();
    assert.equal(cut.length, held.length);
  });

  it('grants room to those that wait in their order, past one whose own share is full', async () => {
    const budget = createByteBudget(64 * MIB);
    const held = fill(budget, MIB, () => ['a', 'shop']);
    const order: string[] = [];
    const wait = async (address: string, source: string, name: string): Promise<void> => {
      const claim = budget.claim(address, source) as Claim;
      if (await budget.wait(claim, MIB)) order.push(name);
    };
    const waiting = [wait('a', 'shop', 'first'), wait('a', 'shop', 'second'), wait('b', 'shop', 'other')];
    budget.release(held[0] as Claim);
    await Promise.all([waiting[0], waiting[2]]);
    assert.deepEqual(order, ['first', 'other']);
    budget.release(held[1] as Claim);
    await Promise.all(waiting);
    assert.deepEqual(order, ['first', 'other', 'second']);
  });

  it('never exceeds its limit, and is empty when everything is released', async () => {
    const step = fc.record({
      who: fc.nat(5),
      bytes: fc.integer({ min: 0, max: 1.5 * MIB }),
      what: fc.constantFrom('claim', 'cover', 'wait', 'verify', 'release', 'judge'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const budget = createByteBudget(8 * MIB);
        const claims: Claim[] = [];
        for (const { who, bytes, what } of steps) {
          const claim = claims[who];
          if (what === 'claim') {
            const made = budget.claim(`a${who % 2}`, `s${who % 3}`);
            if (made !== undefined) budget.reading(made, () => {});
            if (made !== undefined) claims.unshift(made);
          } else if (what === 'judge') budget.judgePace();
          else if (claim === undefined) continue;
          else if (what === 'cover' && claim.waiting === 0) budget.cover(claim, bytes);
          else if (what === 'wait' && claim.waiting === 0) void budget.wait(claim, bytes);
          else if (what === 'verify' && claim.waiting === 0) budget.verify(claim);
          else if (what === 'release') budget.release(claim);
          assert.ok(budget.used >= 0 && budget.used <= 8 * MIB);
        }
        for (const claim of claims) budget.release(claim);
        assert.equal(budget.used, 0);
      }),
    );
  });
});
