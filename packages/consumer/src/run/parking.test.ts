import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parkingReason } from './parking.ts';

const NOW = 10_000_000;
const context = {
  ...{ isPaused: false, waitingTopic: 's.retry.waiting', now: NOW, lastReturnAt: 0 },
  ...{ parkAfterMs: 30_000, renewAfterMs: 3_600_000 },
};
const record = (topic: string, fullness: 'roomy' | 'half' | 'full', waitedMs: number, writtenMs = waitedMs) => ({
  ...{ waitsSince: NOW - waitedMs, from: { topic, fullness }, message: { timestamp: String(NOW - writtenMs) } },
});
const here = (...rest: ['roomy' | 'half' | 'full', number]) => record('source', ...rest);
const there = (...rest: ['roomy' | 'half' | 'full', number, number?]) => record('s.retry.waiting', ...rest);

describe('a record that waits for an outside system', () => {
  const cases: [string, string | undefined, ReturnType<typeof parkingReason>][] = [
    ['stays while there is room', undefined, parkingReason(here('roomy', 29_999), context)],
    ['is parked after a long wait', 'park', parkingReason(here('roomy', 30_000), context)],
    ['is parked when its partition needs the room', 'park', parkingReason(here('half', 0), context)],
    ['stays during a pause', undefined, parkingReason(here('full', 90_000), { ...context, isPaused: true })],
    ['stays in the waiting topic for hours', undefined, parkingReason(there('half', 3_599_999), context)],
    ['is renewed there', 'renew', parkingReason(there('roomy', 0, 3_600_000), context)],
    ['makes room there for later ones now and then', 'search', parkingReason(there('full', 30_000), context)],
    ['and not more often', undefined, parkingReason(there('full', 29_999), context)],
    [
      'makes room there soon after a system came back',
      'return',
      parkingReason(there('full', 5_000), { ...context, lastReturnAt: NOW - 1 }),
    ],
    [
      'and once for each return',
      undefined,
      parkingReason(there('full', 5_000), { ...context, lastReturnAt: NOW - 5_001 }),
    ],
  ];
  for (const [what, expected, reason] of cases) it(what, () => assert.equal(reason, expected));
});
