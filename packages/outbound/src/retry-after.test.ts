import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from './retry-after.ts';

const NOW = Date.parse('2026-01-15T10:00:00Z');

test('Retry-After is understood in seconds and as a date, never below zero, never more than an hour', () => {
  const cases: [string | undefined, number | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['0', 0],
    ['3', 3_000],
    [' 1.5 ', 1_500],
    ['86400', 3_600_000],
    ['9'.repeat(400), 3_600_000],
    ['-5', undefined],
    ['soon', undefined],
    ['1e3', undefined],
    ['Thu, 15 Jan 2026 10:00:30 GMT', 30_000],
    ['Thursday, 15-Jan-26 10:00:30 GMT', 30_000],
    ['Thu, 15 Jan 2026 09:00:00 GMT', 0],
    ['Fri, 15 Jan 2027 10:00:00 GMT', 3_600_000],
    ['Thu, 99 Jan 2026 10:00:30 GMT', undefined],
    ['2026-01-15', undefined],
  ];
  for (const [header, expected] of cases) assert.equal(retryAfterMs(header, NOW), expected, header);
});
