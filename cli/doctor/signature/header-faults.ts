import { editsBetween } from '@switchboard/events';
import { type Case, judge, sampleHeaders } from './trial.ts';

const MOST_EDITS = 5;

/** The headers that the check needs and the request lacks, each with the header of the request that looks most like it. */
export async function missingHeaders(
  request: Case,
  now: number,
): Promise<{ readonly name: string; readonly nearest: string | undefined }[]> {
  const sample = await sampleHeaders(request, now);
  const absent = Object.keys(sample).filter((name) => request.headers[name] === undefined);
  // A scheme may do without some of them: those that only come with others are not missed.
  const alone = await firstOf(absent, async (name) => {
    const verdict = await judge({ ...request, headers: { ...request.headers, [name]: sample[name] } }, now);
    return !(verdict?.kind === 'invalid' && verdict.fault === 'missing');
  });
  const names = alone === undefined ? absent : [alone];
  return names.map((name) => ({ name, nearest: nearest(name, Object.keys(request.headers)) }));
}

/** A header whose form is wrong: what it looks like, and what it should look like. No value is quoted. */
export async function malformedHeader(
  request: Case,
  now: number,
): Promise<{ readonly name: string; readonly given: string; readonly expected: string } | undefined> {
  const sample = await sampleHeaders(request, now);
  const present = Object.keys(sample).filter((name) => request.headers[name] !== undefined);
  const name = await firstOf(present, async (name) => {
    const verdict = await judge({ ...request, headers: { ...request.headers, [name]: sample[name] } }, now);
    return !(verdict?.kind === 'invalid' && verdict.fault === 'form');
  });
  const expected = name === undefined ? undefined : sample[name];
  if (name === undefined || expected === undefined) return undefined;
  return { name, given: formOf(String(request.headers[name]), expected), expected: formOf(expected, expected) };
}

async function firstOf<Item>(
  items: readonly Item[],
  fits: (item: Item) => Promise<boolean>,
): Promise<Item | undefined> {
  for (const item of items) if (await fits(item)) return item;
  return undefined;
}

/** Parts of headers that are values, with the longest first. */
const VALUES: readonly (readonly [pattern: RegExp, form: (match: string) => string])[] = [
  [/eyJ[\w-]+\.[\w-]+\.[\w-]*/, () => '<JWT>'],
  [/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/, () => '<ISO 8601 time>'],
  [/(?<![\w+/])(?:[0-9a-f]{2}){16,}(?![\w+/=])/i, ({ length }) => `<${length} hex digits>`],
  [/(?<![\w+/])[A-Za-z0-9+/]{22,}={0,2}/, () => '<base64>'],
  [/(?<!\w)\d{13}(?!\w)/, () => '<milliseconds since 1970>'],
  [/(?<!\w)\d{9,10}(?!\w)/, () => '<seconds since 1970>'],
];
const VALUE = new RegExp(VALUES.map(([{ source }]) => `(${source})`).join('|'), 'gi');

/** What a header looks like; only text that belongs to the scheme is quoted. */
export function formOf(value: string, sample: string): string {
  const fixed = sample.replaceAll(VALUE, '\n').split('\n');
  let form = '';
  let at = 0;
  const add = (text: string): void => {
    if (text === '') return;
    const isFixed = text.trim() === ',' || fixed.some((part) => part.includes(text));
    form += isFixed ? text : `<${text.length} other ${text.length === 1 ? 'character' : 'characters'}>`;
  };
  for (const match of value.matchAll(VALUE)) {
    add(value.slice(at, match.index));
    form += VALUES[match.slice(1).findIndex((group) => group !== undefined)]?.[1](match[0]) ?? '';
    at = match.index + match[0].length;
  }
  add(value.slice(at));
  return form === '' ? '<nothing>' : form;
}

/** The name that looks most like this one, if one does. */
function nearest(wanted: string, names: readonly string[]): string | undefined {
  let [found, fewest]: [string | undefined, number] = [undefined, MOST_EDITS + 1];
  for (const name of names.filter(({ length }) => Math.abs(length - wanted.length) <= MOST_EDITS)) {
    const edits = editsBetween(name, wanted);
    if (edits < fewest) [found, fewest] = [name, edits];
  }
  return found;
}
