import assert from 'node:assert/strict';
import { it } from 'node:test';
import { retryAfterMs } from './retry-after.ts';

const NOW = Date.parse('2026-01-15T10:00:00Z');

it('Retry-After is read in seconds and as a date, never below zero', () => {
  const cases: [string | null, number | undefined][] = [
    [null, undefined],
    ['', undefined],
    ['0', 0],
    ['3', 3_000],
    [' 1.5 ', 1_500],
    ['9'.repeat(400), Infinity],
    ['-5', undefined],
    ['soon', undefined],
    ['1e3', undefined],
    ['2026-01-15', undefined],
    ['Thu, 15 Jan 2026 10:00:30 GMT', 30_000],
    ['Thursday, 15-Jan-26 10:00:30 GMT', 30_000],
    ['Thu, 15 Jan 2026 09:00:00 GMT', 0],
    ['Thu, 99 Jan 2026 10:00:30 GMT', undefined],
  ];
  for (const [header, expected] of cases) assert.equal(retryAfterMs(header, NOW), expected, String(header));
});
