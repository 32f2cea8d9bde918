import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createFairQueue, type FairQueue } from './fair-queue.ts';
import { createPriorityQueue } from './priority-queue.ts';

interface Item {
  readonly tenant: string;
  readonly number: number;
}

const WEIGHTS: Readonly<Record<string, number>> = { a: 1, b: 1, c: 2, d: 0.5, e: 4 };
const weightOf = (tenant: string): number => WEIGHTS[tenant] ?? 1;
const tenants = fc.constantFrom(...Object.keys(WEIGHTS));

/** Everything that may leave now, in order. */
function drain<T>(queue: FairQueue<T>): T[] {
  const items: T[] = [];
  for (let item = queue.next(); item !== undefined; item = queue.next()) items.push(item);
  return items;
}

const fill = (queue: FairQueue<Item>, tenant: string, count: number): void => {
  for (let number = 0; number < count; number += 1) queue.join(tenant, { tenant, number }, false);
};

const count = (items: readonly Item[], tenant: string): number => items.filter((item) => item.tenant === tenant).length;

describe('a fair queue', () => {
  it('serves the tenants that have fewest items running for their weight, in turn', () => {
    const queue = createFairQueue<Item>({ perTenant: 8, total: 8, weightOf: (tenant) => (tenant === 'c' ? 2 : 1) });
    for (const tenant of ['a', 'b', 'c']) fill(queue, tenant, 20);
    assert.equal(
      drain(queue)
        .map(({ tenant }) => tenant)
        .join(''),
      'abccabc',
      'one place stays free, fewer than each runs for its weight',
    );
  });

  it('lets one tenant alone run `perTenant` items, times its weight', () => {
    for (const [tenant, runs] of [
      ['a', 16],
      ['d', 8],
    ] as const) {
      const queue = createFairQueue<Item>({ perTenant: 16, total: 64, weightOf });
      fill(queue, tenant, 100);
      assert.equal(drain(queue).length, runs);
    }
  });

  it('leaves places to others when several tenants have items that do not end', () => {
    for (const hanging of [1, 3, 10, 30]) {
      const queue = createFairQueue<Item>({ perTenant: 16, total: 64 });
      for (let tenant = 0; tenant < hanging; tenant += 1) fill(queue, `hangs-${tenant}`, 100);
      drain(queue);
      assert.ok(queue.running < 64, `${hanging} tenants`);
      fill(queue, 'works', 100);
      assert.ok(count(drain(queue), 'works') > 0, `beside ${hanging} tenants`);
    }
  });

  it('serves urgent items first, but no more of a tenant than its limit', () => {
    const queue = createFairQueue<Item>({ perTenant: 2, total: 8 });
    fill(queue, 'a', 4);
    for (let number = 10; number < 14; number += 1) queue.join('b', { tenant: 'b', number }, true);
    assert.deepEqual(
      drain(queue).map(({ tenant, number }) => `${tenant}${number}`),
      ['b10', 'b11', 'a0', 'a1'],
    );
  });

  it('lets urgent items leave whatever runs, if told so', () => {
    const queue = createFairQueue<number>({ perTenant: 1, total: 1, urgentAtOnce: true });
    for (let number = 0; number < 5; number += 1) queue.join('a', number, number > 2);
    assert.deepEqual(drain(queue), [3, 4]);
    queue.leave('a');
    queue.leave('a');
    assert.deepEqual(drain(queue), [0]);
  });

  it('drops the items that match, and forgets what is idle', () => {
    const queue = createFairQueue<Item>({ perTenant: 4, total: 16 });
    for (let tenant = 0; tenant < 3_000; tenant += 1) fill(queue, `t${tenant}`, 2);
    const dropped = queue.drop(({ number }) => number === 1);
    assert.equal(dropped.length, 3_000);
    assert.equal(queue.length, 3_000);
    let served = 0;
    for (let item = queue.next(); item !== undefined; item = queue.next()) {
      served += 1;
      queue.leave(item.tenant);
    }
    assert.equal(served, 3_000);
  });

  it('with one tenant, is a priority queue', () => {
    const joins = fc.array(fc.record({ urgent: fc.boolean(), thenTake: fc.nat(3) }), { maxLength: 500 });
    fc.assert(
      fc.property(joins, (steps) => {
        const queue = createFairQueue<number>({ perTenant: 1_000, total: 4_000 });
        const model = createPriorityQueue<number>();
        for (const [number, { urgent, thenTake }] of steps.entries()) {
          queue.join('a', number, urgent);
          model.join(number, urgent);
          for (let taken = 0; taken < thenTake; taken += 1) assert.equal(queue.next(), model.next());
          assert.equal(queue.length, model.length);
        }
      }),
    );
  });

  it('keeps every limit, leaves no place unused that a waiting tenant may have, and loses nothing', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('join' as const), tenant: tenants, urgent: fc.boolean() }),
        fc.record({ kind: fc.constant('end' as const), which: fc.nat() }),
        fc.record({ kind: fc.constant('enter' as const), tenant: tenants }),
      ),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 12 }), (all, perTenant, total) => {
        const queue = createFairQueue<string>({ perTenant, total, weightOf });
        const running: string[] = [];
        const waiting = new Map<string, number>();
        const runs = (tenant: string): number => running.filter((each) => each === tenant).length;
        const mayRun = (tenant: string): boolean =>
          runs(tenant) < weightOf(tenant) * Math.min(perTenant, total - running.length);
        const everyWaiting = (): string[] => [...waiting].filter(([, many]) => many > 0).map(([tenant]) => tenant);
        for (const step of all) {
          if (step.kind === 'join') {
            queue.join(step.tenant, step.tenant, step.urgent);
            waiting.set(step.tenant, (waiting.get(step.tenant) ?? 0) + 1);
          } else if (step.kind === 'enter') {
            if (queue.admits(step.tenant)) {
              assert.ok(mayRun(step.tenant));
              queue.enter(step.tenant);
              running.push(step.tenant);
            }
          } else if (running.length > 0) {
            const [tenant = ''] = running.splice(step.which % running.length, 1);
            queue.leave(tenant);
          }
          while (queue.isReady) {
            const tenant = queue.next() as string;
            assert.ok(mayRun(tenant));
            running.push(tenant);
            waiting.set(tenant, (waiting.get(tenant) ?? 0) - 1);
          }
          assert.ok(running.length <= total);
          assert.ok(everyWaiting().every((tenant) => !mayRun(tenant)));
          assert.equal(queue.running, running.length);
          assert.equal(
            queue.length,
            [...waiting.values()].reduce((sum, many) => sum + many, 0),
          );
        }
      }),
    );
  });

  it('starves nobody: a tenant that has nothing running is served after each other tenant at most once', () => {
    const others = fc.array(fc.record({ tenant: fc.nat(9), burst: fc.integer({ min: 1, max: 30 }) }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(others, fc.integer({ min: 1, max: 5 }), (bursts, places) => {
        const queue = createFairQueue<string>({ perTenant: places, total: 2 * places });
        for (const { tenant, burst } of bursts) {
          for (let number = 0; number < burst; number += 1) queue.join(`t${tenant}`, `t${tenant}`, false);
        }
        const ended: string[] = [];
        for (let item = queue.next(); item !== undefined; item = queue.next()) ended.push(item);
        queue.join('patient', 'patient', false);
        const before: string[] = [];
        for (;;) {
          const item = queue.next();
          if (item === 'patient') break;
          if (item !== undefined) {
            before.push(item);
            ended.push(item);
          } else {
            queue.leave(ended.shift() as string);
          }
        }
        assert.equal(new Set(before).size, before.length);
      }),
    );
  });
});
