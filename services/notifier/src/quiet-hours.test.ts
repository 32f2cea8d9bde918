import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { afterQuietHours, isQuiet, isTimeZone, nextDigest } from './quiet-hours.ts';

const at = (time: string): number => Date.parse(time);
const NIGHT = { start: '22:00', end: '07:00' };

const CASES: readonly [name: string, zone: string, hours: { start: string; end: string }, from: string, to: string][] =
  [
    ['in the day', 'Europe/Berlin', NIGHT, '2026-01-15T12:00:00Z', '2026-01-15T12:00:00Z'],
    ['before midnight', 'Europe/Berlin', NIGHT, '2026-01-15T22:30:20Z', '2026-01-16T06:00:00Z'],
    ['after midnight', 'Europe/Berlin', NIGHT, '2026-01-16T02:00:00Z', '2026-01-16T06:00:00Z'],
    ['at the first quiet minute', 'Europe/Berlin', NIGHT, '2026-01-15T21:00:00Z', '2026-01-16T06:00:00Z'],
    ['at the end', 'Europe/Berlin', NIGHT, '2026-01-16T06:00:00Z', '2026-01-16T06:00:00Z'],
    ['clocks go forward in the night', 'Europe/Berlin', NIGHT, '2026-03-28T21:00:00Z', '2026-03-29T05:00:00Z'],
    ['clocks go back in the night', 'Europe/Berlin', NIGHT, '2026-10-24T20:00:00Z', '2026-10-25T06:00:00Z'],
    [
      'the end is a time that does not exist',
      'Europe/Berlin',
      { start: '22:00', end: '02:30' },
      '2026-03-29T00:10:00Z',
      '2026-03-29T01:00:00Z',
    ],
    [
      'the end is a time that comes twice',
      'Europe/Berlin',
      { start: '22:00', end: '02:30' },
      '2026-10-25T00:10:00Z',
      '2026-10-25T00:30:00Z',
    ],
    ['the other half of the world', 'Australia/Lord_Howe', NIGHT, '2026-04-04T12:00:00Z', '2026-04-04T20:30:00Z'],
    ['a zone with a quarter', 'Asia/Kathmandu', NIGHT, '2026-05-01T18:00:00Z', '2026-05-02T01:15:00Z'],
    ['within a day', 'UTC', { start: '12:00', end: '13:17' }, '2026-05-01T12:40:30Z', '2026-05-01T13:17:00Z'],
    [
      'from a minute to itself',
      'UTC',
      { start: '12:00', end: '12:00' },
      '2026-05-01T12:00:00Z',
      '2026-05-01T12:00:00Z',
    ],
  ];

describe('quiet hours end', () => {
  for (const [name, zone, hours, from, to] of CASES) {
    it(name, () => assert.equal(new Date(afterQuietHours(at(from), hours, zone)).toISOString(), toIso(to)));
  }
});

const toIso = (time: string): string => new Date(time).toISOString();
const zones = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  '+05:07',
  '-23:59',
);
const clockTime = fc
  .tuple(fc.nat(23), fc.nat(59))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
const hours = fc.record({ start: clockTime, end: clockTime });
/** Many of them within a day of a change of the clocks. */
const instants = fc.oneof(
  fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') }),
  fc
    .tuple(
      fc.constantFrom('2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2026-11-01T04:30:00Z', '2026-04-04T15:00:00Z'),
      fc.integer({ min: -86_400_000, max: 86_400_000 }),
    )
    .map(([change, offset]) => at(change) + offset),
);

it('what waits for the end of quiet hours is never sent within them, nor a minute too late, nor after a day', () => {
  fc.assert(
    fc.property(instants, hours, zones, (from, quiet, zone) => {
      const to = afterQuietHours(from, quiet, zone);
      assert.ok(!isQuiet(to, quiet, zone));
      assert.ok(to >= from && to - from <= 86_400_000);
      for (let minute = from; minute < to; minute += 60_000) assert.ok(isQuiet(minute, quiet, zone));
      if (to > from) assert.ok(isQuiet(to - 1, quiet, zone));
    }),
    { numRuns: 300 },
  );
});

describe('a digest comes', () => {
  it('at the next full hour', () => {
    assert.equal(nextDigest(at('2026-01-15T12:00:00Z'), 'hourly', 'UTC'), at('2026-01-15T13:00:00Z'));
  });

  it('at eight on the clock of the person, also when it was changed in the night', () => {
    assert.equal(nextDigest(at('2026-03-28T07:00:00Z'), 'daily', 'Europe/Berlin'), at('2026-03-29T06:00:00Z'));
    assert.equal(nextDigest(at('2026-10-25T05:59:59Z'), 'daily', 'Europe/Berlin'), at('2026-10-25T07:00:00Z'));
  });

  it('on the next Monday at eight', () => {
    assert.equal(nextDigest(at('2026-01-12T07:00:00Z'), 'weekly', 'Europe/Berlin'), at('2026-01-19T07:00:00Z'));
  });

  it('at the first quarter of an hour from eight on, where eight is at none', () => {
    assert.equal(nextDigest(at('2026-01-15T12:00:00Z'), 'daily', '+05:07'), at('2026-01-16T03:00:00Z'));
    assert.equal(nextDigest(at('2026-01-15T12:00:00Z'), 'weekly', '-03:59'), at('2026-01-19T12:00:00Z'));
  });

  it('always later than now, and within its period', () => {
    const longest = { hourly: 3_600_000, daily: 25 * 3_600_000, weekly: (7 * 24 + 1) * 3_600_000 };
    fc.assert(
      fc.property(instants, zones, fc.constantFrom('hourly', 'daily', 'weekly'), (from, zone, frequency) => {
        const next = nextDigest(from, frequency, zone);
        assert.ok(next > from && next - from <= longest[frequency]);
      }),
    );
  });
});

it('knows time zones', () => {
  assert.ok(isTimeZone('Europe/Berlin'));
  for (const name of ['Europe/Atlantis', '', 'a'.repeat(1_000), 'Europe/Berlin\0']) assert.ok(!isTimeZone(name));
});
