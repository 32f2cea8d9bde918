import { remembered } from './texts/remembered.ts';

/** The hours of a day without messages. An end before the start is on the next day. */
export interface QuietHours {
  /** The first quiet minute, as HH:MM. */
  readonly start: string;
  /** The first minute that is not quiet. */
  readonly end: string;
}

const MINUTE_MS = 60_000;
/** Clocks change only at these instants, so local time runs evenly between two of them. */
const QUARTER_MS = 15 * MINUTE_MS;
/** The number of formatters to cache. Each takes about 10 kB, and a zone has many spellings. */
const MOST_FORMATS = 500;

const WEEKDAY_AND_TIME = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const formatOf = remembered(
  MOST_FORMATS,
  (timeZone) => new Intl.DateTimeFormat('en-GB', { ...WEEKDAY_AND_TIME, timeZone }),
);

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Whether the person's clock shows a quiet minute. Equal start and end mean no quiet hours. */
export function isQuiet(at: number, { start, end }: QuietHours, timeZone: string): boolean {
  const { time } = localTime(at, timeZone);
  return start <= end ? start <= time && time < end : time >= start || time < end;
}

/** The first instant from `at` on that is not quiet. */
export function afterQuietHours(at: number, quietHours: QuietHours, timeZone: string): number {
  let instant = at;
  while (isQuiet(instant, quietHours, timeZone)) {
    const left = minutesBetween(localTime(instant, timeZone).time, quietHours.end) * MINUTE_MS - (instant % MINUTE_MS);
    instant = Math.min(instant + left, nextMultiple(instant, QUARTER_MS));
  }
  return instant;
}

export type DigestFrequency = 'none' | 'hourly' | 'daily' | 'weekly';

/** The time of digests on the person's clock. Weekly ones are sent on Mondays. */
const DIGEST_TIME = '08:00';

/** When the messages gathered at `at` are sent; always later than `at`. */
export function nextDigest(at: number, frequency: Exclude<DigestFrequency, 'none'>, timeZone: string): number {
  let instant = nextMultiple(at, frequency === 'hourly' ? 4 * QUARTER_MS : QUARTER_MS);
  if (frequency === 'hourly') return instant;
  for (;;) {
    const { time, weekday } = localTime(instant, timeZone);
    // In a zone such as +05:07, no quarter of an hour is exactly that minute.
    const isTime = minutesBetween(DIGEST_TIME, time) * MINUTE_MS < QUARTER_MS;
    if (isTime && (frequency === 'daily' || weekday === 'Mon')) return instant;
    instant += QUARTER_MS;
  }
}

const nextMultiple = (at: number, of: number): number => (Math.floor(at / of) + 1) * of;

function minutesBetween(from: string, to: string): number {
  const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  return (minutes(to) - minutes(from) + 1_440) % 1_440;
}

function localTime(at: number, timeZone: string): { weekday: string; time: string } {
  const [weekday = '', time = ''] = formatOf(timeZone).format(at).split(' ');
  return { weekday, time };
}
