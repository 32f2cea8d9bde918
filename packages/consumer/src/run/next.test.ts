import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { afterAdmission, afterAttempt, afterWaiting, type Next } from './next.ts';

const NOW = 1_000_000;
const retries = [
  { topic: 's.retry.5s', delayMs: 5_000 },
  { topic: 's.retry.1m', delayMs: 60_000 },
];
const waiting = { topic: 's.retry.waiting', delayMs: 0 };
const [first, second] = retries as [(typeof retries)[0], (typeof retries)[0]];
const record = ({ topic = 'source', round = 0, hop = 0, waits = 0 } = {}) => ({
  from: { topic },
  waits,
  position: { dueAt: 0, redrive: 0, attempts: 1, round, hop },
});

describe('after the admission', () => {
  const admit = { retries, waiting, now: NOW, waitedMs: 0 };
  const near = { kind: 'defer', level: 1, dueAt: NOW - 1 } as const;
  const cases: [string, Next, Next][] = [
    ['run', afterAdmission(record(), { kind: 'run' }, admit), { kind: 'run', afterMs: 0 }],
    ['held', afterAdmission(record(), { kind: 'held' }, admit), { kind: 'run', afterMs: 0 }],
    ['done', afterAdmission(record(), { kind: 'done' }, admit), { kind: 'settle', as: 'duplicate' }],
    ['dead', afterAdmission(record(), { kind: 'dead' }, admit), { kind: 'settle', as: 'duplicate' }],
    ['stale', afterAdmission(record(), { kind: 'stale' }, admit), { kind: 'settle', as: 'duplicate' }],
    ['busy', afterAdmission(record(), { kind: 'busy' }, admit), { kind: 'admit', afterMs: 250 }],
    ['busy for long', afterAdmission(record({ waits: 9 }), { kind: 'busy' }, admit), { kind: 'admit', afterMs: 1_000 }],
    [
      'defer to a head that waits',
      afterAdmission(record({ round: 1, hop: 4 }), { kind: 'defer', level: 2, dueAt: NOW + 9_000 }, admit),
      { kind: 'defer', topic: second, to: { round: 1, hop: 5, level: 2, dueAt: NOW + 9_000 } },
    ],
    [
      'defer to a dead head that holds its key',
      afterAdmission(record(), { kind: 'defer', level: 2, dueAt: 0 }, admit),
      { kind: 'defer', topic: second, to: { round: 0, hop: 1, level: 2, dueAt: NOW + 60_000 } },
    ],
    ['defer to a head that is due', afterAdmission(record(), near, admit), { kind: 'admit', afterMs: 25 }],
    [
      'defer to a head that is due, after a long wait in place',
      afterAdmission(record(), near, { ...admit, waitedMs: 5_000 }),
      { kind: 'defer', topic: first, to: { round: 0, hop: 1, level: 1, dueAt: NOW + 1_000 } },
    ],
    [
      'defer to a head that is due in the same topic',
      afterAdmission(record({ topic: first.topic }), near, admit),
      { kind: 'defer', topic: first, to: { round: 0, hop: 1, level: 1, dueAt: NOW + 1_000 } },
    ],
    [
      'defer to a level that this version does not have',
      afterAdmission(record(), { kind: 'defer', level: 7, dueAt: NOW + 9_000 }, admit),
      { kind: 'defer', topic: second, to: { round: 0, hop: 1, level: 7, dueAt: NOW + 9_000 } },
    ],
    [
      'defer to a head in the waiting topic, whatever time it is due for older versions',
      afterAdmission(record({ round: 1, hop: 4 }), { kind: 'defer', level: 99, dueAt: NOW + 600_000 }, admit),
      { kind: 'defer', topic: waiting, to: { round: 1, hop: 5, level: 99, dueAt: NOW + 1_000 } },
    ],
    [
      'defer where there are no retry topics',
      afterAdmission(record(), { kind: 'defer', level: 1, dueAt: NOW + 9_000 }, { ...admit, retries: [] }),
      { kind: 'admit', afterMs: 0 },
    ],
  ];
  for (const [what, next, expected] of cases) it(what, () => assert.deepEqual(next, expected));
});

describe('after an attempt', () => {
  const context = { retries, tries: 1, quickTries: 3, backoffMs: 100, isStopping: false, now: NOW };
  const cause = { code: 'REJECTED', message: 'no' };
  const failed = { kind: 'failed', cause, retryAfterMs: 0, settled: true } as const;
  const toFirst = {
    kind: 'retry',
    returned: true,
    topic: first,
    to: { round: 1, hop: 1, level: 1, dueAt: NOW + 5_000 },
  };
  const last = { ...context, tries: 3 };
  const unavailable = { kind: 'unavailable', waitsFor: 'outside', target: 'acme/hubspot', why: '' } as const;
  const cases: [string, Next, unknown][] = [
    ['done', afterAttempt(record(), { kind: 'done' }, context), { kind: 'complete', skipped: undefined }],
    [
      'nothing to do',
      afterAttempt(record(), { kind: 'skipped', reason: 'not_opted_in' }, context),
      { kind: 'complete', skipped: 'not_opted_in' },
    ],
    ['permanent', afterAttempt(record(), { kind: 'permanent', cause }, context), { kind: 'dead-letter', cause }],
    [
      'the registry is unavailable',
      afterAttempt(record(), { kind: 'unavailable', waitsFor: 'registry' }, { ...last, isStopping: true }),
      { kind: 'run', afterMs: 0 },
    ],
    [
      'an outside system is unavailable',
      afterAttempt(record(), { ...unavailable, retryAfterMs: 9_000, isBusy: false }, last),
      { kind: 'wait', target: 'acme/hubspot', busyMs: 0 },
    ],
    [
      'an outside system has no room',
      afterAttempt(record(), { ...unavailable, retryAfterMs: 50, isBusy: true }, last),
      { kind: 'wait', target: 'acme/hubspot', busyMs: 50 },
    ],
    ['failed, tries left', afterAttempt(record(), failed, context), { kind: 'run', afterMs: 100 }],
    [
      'failed, and asks for a short pause',
      afterAttempt(record(), { ...failed, retryAfterMs: 150 }, context),
      { kind: 'run', afterMs: 150 },
    ],
    [
      'failed, and asks for a long pause',
      afterAttempt(record(), { ...failed, retryAfterMs: 9_000 }, context),
      { ...toFirst, to: { ...toFirst.to, dueAt: NOW + 9_000 } },
    ],
    ['failed for the last quick try', afterAttempt(record(), failed, last), toFirst],
    [
      'failed, and its handler has not returned',
      afterAttempt(record(), { ...failed, settled: false }, context),
      { ...toFirst, returned: false },
    ],
    [
      'failed in the last retry topic',
      afterAttempt(record({ round: 2 }), failed, last),
      { kind: 'dead-letter', cause },
    ],
    ['failed during the stop', afterAttempt(record(), failed, { ...last, isStopping: true }), { kind: 'release' }],
    [
      'failed during the stop, and its handler has not returned',
      afterAttempt(record(), { ...failed, settled: false }, { ...last, isStopping: true }),
      { kind: 'leave' },
    ],
  ];
  for (const [what, next, expected] of cases) it(what, () => assert.deepEqual(next, expected));
});

describe('after a long wait for an outside system', () => {
  const to = { round: 1, hop: 5, level: 99, dueAt: NOW + 600_000 };
  const parked = { kind: 'park', topic: waiting, to, since: NOW - 30_000 };

  it('the record moves to the waiting topic without a round of its own', () => {
    const waits = { ...record({ round: 1, hop: 4 }), waitsSince: NOW - 30_000 };
    assert.deepEqual(afterWaiting(waits, { waiting, now: NOW }), parked);
  });

  it('it keeps the time at which it started to wait when it moves to the end of that topic', () => {
    const { from, ...rest } = record({ topic: waiting.topic, round: 1, hop: 4 });
    const again = { ...rest, from, waitsSince: NOW - 5, position: { ...rest.position, dueAt: NOW - 30_000 } };
    assert.deepEqual(afterWaiting(again, { waiting, now: NOW }), parked);
  });
});
