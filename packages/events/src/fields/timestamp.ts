const lastMillisecond = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Smaller numbers are seconds (until the year 5138); larger ones are milliseconds (since March 1973). */
const firstMilliseconds = 1e11;

/**
 * Converts an ISO 8601 time, or a Unix time in seconds or milliseconds, to milliseconds since 1970. Returns undefined
 * for other values and for times outside 1970 to 9999. A time without an offset is UTC, a date without a time is
 * midnight, and precision below a millisecond is dropped.
 */
export function readTimestamp(value: unknown): number | undefined {
  const time = typeof value === 'string' ? isoTime(value) : typeof value === 'number' ? unixTime(value) : Number.NaN;
  return time >= 0 && time <= lastMillisecond ? time : undefined;
}

function unixTime(value: number): number {
  if (value < 0) return Number.NaN;
  return value < firstMilliseconds ? Math.round(Math.abs(value) * 1000) : Math.floor(value);
}

/*
 * Parsed by hand, because every event has several times: a regular expression takes ten times as long, and Date.parse
 * reads 30 February as 2 March and a time without an offset as local time. A part that is not a number becomes NaN,
 * which propagates to the result.
 */
function isoTime(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  if (text[4] !== '-' || text[7] !== '-') return Number.NaN;
  if (!(year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return Number.NaN;
  const midnight = Date.UTC(year, month - 1, day);
  return text.length === 10 ? midnight : midnight + clock(text);
}

const longMonths = 0b1010110101010;

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return 30 + ((longMonths >> month) & 1);
}

/** `T10:30`, `T10:30:00` or `T10:30:00.250`, with or without an offset. */
function clock(text: string): number {
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const separator = text[10];
  if ((separator !== 'T' && separator !== 't' && separator !== ' ') || text[13] !== ':') return Number.NaN;
  if (!(hour <= 23 && minute <= 59)) return Number.NaN;
  const time = (hour * 60 + minute) * 60_000;
  if (text[16] !== ':') return time - offset(text, 16);
  const second = digits(text, 17, 19);
  if (!(second <= 59)) return Number.NaN;
  let end = 19;
  let milliseconds = 0;
  if (text[19] === '.' || text[19] === ',') {
    end = 20;
    while (end < text.length && digit(text, end) >= 0) end++;
    if (end === 20) return Number.NaN;
    milliseconds = Math.floor(digits(text, 20, Math.min(end, 23)) * 10 ** Math.max(0, 23 - end));
  }
  return time + second * 1000 + milliseconds - offset(text, end);
}

/** Parses an absent offset, `Z`, `+01`, `+0100` or `+01:00` from `at` to the end, in milliseconds. */
function offset(text: string, at: number): number {
  if (at === text.length) return 0;
  const sign = text[at];
  if (sign === 'Z' || sign === 'z') return at + 1 === text.length ? 0 : Number.NaN;
  if (sign !== '+' && sign !== '-') return Number.NaN;
  const hours = digits(text, at + 1, at + 3);
  const rest = text[at + 3] === ':' ? at + 4 : at + 3;
  const minutes = at + 3 === text.length ? 0 : rest + 2 === text.length ? digits(text, rest, rest + 2) : Number.NaN;
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
  return (hours * 60 + minutes) * (sign === '+' ? 60_000 : -60_000);
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index++) value = value * 10 + digit(text, index);
  return value;
}

function digit(text: string, index: number): number {
  const value = text.charCodeAt(index) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
