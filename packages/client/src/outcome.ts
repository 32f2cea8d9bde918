import type { Answer } from './exchange.ts';
import { type EventResult, type Problem, SendError } from './send-error.ts';

/** Statuses after which the same request may be accepted; 500 is not one: ingest kept the event in quarantine. */
const REPEATED: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);

/** As ingest: a signature counts for five minutes. */
const CLOCK_TOLERANCE_MS = 300_000;
const LONGEST_REASON = 300;

/** The error of an answer that is not a success. */
export function failureOf(answer: Answer, now: number): SendError {
  const { status, text, retryAfterMs } = answer;
  const body = objectOf(text);
  const problems = problemsOf(body?.problems);
  const details = { status, answer: text, problems, retryAfterMs };
  if (REPEATED.has(status)) return new SendError('UNAVAILABLE', `The answer was ${reasonOf(status, body)}.`, details);
  if (status >= 200 && status < 300) {
    const message = `The answer was ${status}, but not one of Switchboard: check the URL.`;
    return new SendError('BAD_ANSWER', message, details);
  }
  const paths = problems.map(({ path }) => path).join(', ');
  const hint = hintOf(answer, now) ?? (paths === '' ? '' : ` (${paths})`);
  return new SendError(
    'REFUSED',
    `The answer was ${reasonOf(status, body)}${hint}.`.slice(0, LONGEST_REASON * 2),
    details,
  );
}

function hintOf({ status, date }: Answer, now: number): string | undefined {
  if (status >= 300 && status < 400) return ', a redirect: set url to the address that it leads to';
  if (status !== 401 || date === undefined) return undefined;
  const minutes = Math.round(Math.abs(now - date) / 60_000);
  if (Math.abs(now - date) <= CLOCK_TOLERANCE_MS) return undefined;
  return `: the clocks differ by ${minutes} minutes, correct the one of this machine`;
}

const reasonOf = (status: number, body: Readonly<Record<string, unknown>> | undefined): string => {
  const { error } = body ?? {};
  return typeof error === 'string' ? `${status}: ${printable(error)}` : String(status);
};

/** On one line, of bounded length. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, LONGEST_REASON);

/** The JSON object that a text is; undefined for anything else. */
export function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

export const problemsOf = (value: unknown): Problem[] =>
  Array.isArray(value)
    ? value.map((problem: Partial<Problem> | null) => ({
        path: String(problem?.path ?? ''),
        message: String(problem?.message ?? ''),
      }))
    : [];

const ITEM_STATUSES: readonly unknown[] = ['accepted', 'duplicate', 'invalid', 'unavailable'];

/** What an answer says of each event of a list; undefined if it does not say so of all of them, in order. */
export function resultsOf(text: string, ids: readonly string[]): EventResult[] | undefined {
  const results: unknown = objectOf(text)?.results;
  if (!Array.isArray(results) || results.length !== ids.length) return undefined;
  const given = results as (Partial<EventResult> | null)[];
  if (!given.every((result, index) => result?.id === ids[index] && ITEM_STATUSES.includes(result?.status)))
    return undefined;
  return given.map((result) => ({ ...(result as EventResult), problems: problemsOf(result?.problems) }));
}
