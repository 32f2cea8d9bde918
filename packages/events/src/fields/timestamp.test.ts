import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readTimestamp } from './timestamp.ts';

const times: [sent: unknown, iso: string][] = [
  ['2026-01-15T10:30:00Z', '2026-01-15T10:30:00.000Z'],
  ['2026-01-15T10:30:00.250Z', '2026-01-15T10:30:00.250Z'],
  ['2026-01-15T10:30:00.2Z', '2026-01-15T10:30:00.200Z'],
  ['2026-01-15T10:30:00.123456789Z', '2026-01-15T10:30:00.123Z'],
  ['2026-01-15T10:30:00,5Z', '2026-01-15T10:30:00.500Z'],
  ['2026-01-15T10:30:00', '2026-01-15T10:30:00.000Z'],
  ['2026-01-15T10:30', '2026-01-15T10:30:00.000Z'],
  ['2026-01-15T10:30Z', '2026-01-15T10:30:00.000Z'],
  ['2026-01-15 10:30:00+01:00', '2026-01-15T09:30:00.000Z'],
  ['2026-01-15T10:30:00-0530', '2026-01-15T16:00:00.000Z'],
  ['2026-01-15t10:30:00+02', '2026-01-15T08:30:00.000Z'],
  ['2026-01-15', '2026-01-15T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2000-02-29', '2000-02-29T00:00:00.000Z'],
  ['2026-12-31T23:59:59z', '2026-12-31T23:59:59.000Z'],
  [1_768_473_000, '2026-01-15T10:30:00.000Z'],
  [1_768_473_000.25, '2026-01-15T10:30:00.250Z'],
  [1_768_473_000_250, '2026-01-15T10:30:00.250Z'],
  [0, '1970-01-01T00:00:00.000Z'],
];

for (const [sent, iso] of times) {
  test(`${sent} is ${iso}`, () => {
    assert.equal(new Date(readTimestamp(sent) ?? Number.NaN).toISOString(), iso);
  });
}

const noTimes: unknown[] = [
  '2026-02-30',
  '2026-02-29T00:00:00Z',
  '1900-02-29',
  '2026-04-31',
  '2026-13-01',
  '2026-00-01',
  '2026-01-00',
  '2026-01-15T24:00:00Z',
  '2026-01-15T10:60:00Z',
  '2026-01-15T10:30:60Z',
  '2026-01-15T10:30:00.Z',
  '2026-01-15T10:30:00ZZ',
  '2026-01-15T10:30:00+1',
  '2026-01-15T10:30:00+01:0',
  '2026-01-15T10:30:00+24:00',
  '2026-01-15T10:30:00 +01:00',
  '2026-01-15T',
  '2026-01-15T10',
  '2026-1-15',
  '15.01.2026',
  '1969-12-31T23:59:59Z',
  '1970-01-01T00:30:00+01:00',
  '0099-01-01',
  '+02026-01-15',
  '２０２６-01-15',
  '1768473000',
  'now',
  '',
  -1,
  -1e-10,
  1e15,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  null,
  true,
  {},
  ['2026-01-15'],
];

for (const sent of noTimes) {
  test(`${JSON.stringify(sent)} is not a time`, () => assert.equal(readTimestamp(sent), undefined));
}

test('every time that Date formats is read as the same time', () => {
  const date = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
  fc.assert(fc.property(date, (time) => assert.equal(readTimestamp(time.toISOString()), time.getTime())));
});

test('an offset shifts a time like Date', () => {
  const date = fc.date({ min: new Date('1980-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
  const offset = fc.tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
  fc.assert(
    fc.property(date, offset, (time, [sign, hours, minutes]) => {
      const zone = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
      const text = time.toISOString().replace('Z', zone);
      assert.equal(readTimestamp(text), Date.parse(text));
    }),
  );
});
