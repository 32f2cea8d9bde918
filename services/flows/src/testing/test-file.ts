import { dirname, resolve } from 'node:path';
import { type AnyEvent, type EventType, isEventType, readFields } from '@switchboard/events';
import {
  type DefinitionProblem,
  either,
  type Form,
  isObject,
  listOf,
  object,
  tableOf,
} from '@switchboard/expressions/definition';
import { readDuration } from '../flow/file/duration.ts';
import { unusable } from '../flow/file/event-types.ts';
import { type FlowSource, readYaml } from '../flow/file/yaml-file.ts';
import { FlowError } from '../flow/flow-error.ts';
import type { Arrival } from './simulation.ts';

export interface FlowTest {
  readonly name: string;
  readonly arrivals: readonly Arrival[];
  /** Undefined: until nothing waits any more. */
  readonly until: number | undefined;
  readonly expect: Expected;
}

export interface Expected {
  readonly effects?: readonly ExpectedEffect[];
  /** By `user jane` or `conversation c-1`; null for a variable that must not be there. */
  readonly variables?: { readonly [owner: string]: { readonly [name: string]: unknown } };
  /** `order-confirmed A-1` for each set that is not complete. */
  readonly waiting?: readonly string[];
}

export type ExpectedEffect = {
  readonly at?: string;
  readonly flow?: string;
} & { readonly [K in 'message' | 'node' | 'action' | 'event']?: string | { readonly [part: string]: unknown } };

export interface TestFile {
  /** The flows that it is about; undefined for the caller's. */
  readonly flows: string | undefined;
  readonly tests: readonly FlowTest[];
}

const text: Form = (value, at, problems) => {
  if (typeof value !== 'string' || value === '') problems.push({ at, message: 'must be text' });
};
const time: Form = (value, at, problems) => {
  if (readDuration(value) === undefined)
    problems.push({ at, message: 'must be a time from the start, such as 90s or 30m' });
};
const anything: Form = () => undefined;
const table = tableOf(anything);

const longEvent = object({ at: time, id: text, source: text, event: text, fields: table }, ['event']);
const shortEvent: Form = (value, at, problems) => {
  const entries = Object.entries(value as object);
  if (entries.length === 1) table(entries[0]?.[1], [...at, entries[0]?.[0] as string], problems);
  else
    problems.push({
      at,
      message: 'must be an event type with its fields, or a table of at, id, source, event, fields',
    });
};
const given = either((value) => {
  if (!isObject(value)) return text;
  return 'event' in value ? longEvent : shortEvent;
});

const partsOf = (names: readonly string[]): Form =>
  either((value) => (isObject(value) ? object(Object.fromEntries(names.map((name) => [name, anything]))) : text));
const effect: Form = object({
  at: time,
  flow: text,
  message: partsOf(['user', 'conversation', 'title', 'text', 'texts', 'solicited', 'urgent']),
  node: partsOf(['name', 'user', 'conversation', 'variables']),
  action: partsOf(['name', 'user', 'conversation', 'input', 'for']),
  event: partsOf(['type', 'fields']),
});

const test = object(
  {
    given: listOf(given, 1_000),
    until: time,
    expect: object({ effects: listOf(effect, 1_000), variables: tableOf(table), waiting: listOf(text, 1_000) }),
  },
  ['given', 'expect'],
);

interface Content {
  readonly flows?: string;
  readonly tests: { readonly [name: string]: RawTest };
}

interface RawTest {
  readonly given: readonly (string | LongEvent | { readonly [type: string]: object })[];
  readonly until?: string;
  readonly expect: Expected;
}

interface LongEvent {
  readonly at?: string;
  readonly id?: string;
  readonly source?: string;
  readonly event: string;
  readonly fields?: object;
}

const form = object({ flows: text, tests: tableOf(test) }, ['tests']);

/** When the events of a test begin to happen. */
export const START = Date.UTC(2027, 0, 1);

/** @throws FlowError naming everything that is wrong with the file */
export function readTestFile(source: FlowSource): TestFile {
  const read = readYaml<Content>(source, form);
  if (!('file' in read)) throw new FlowError('INVALID', read.problems);
  const { content, problemAt } = read.file;
  const problems: DefinitionProblem[] = [];
  const tests = Object.entries(content.tests).map(([name, raw]): FlowTest => {
    const at = ['tests', name, 'given'];
    let last = 0;
    const arrivals = raw.given.map((written, index) => {
      const event = longForm(written);
      last = readDuration(event.at) ?? last;
      return arrivalOf(event, START + last, index, [...at, index], problems);
    });
    const until = raw.until === undefined ? undefined : START + (readDuration(raw.until) as number);
    return { name, arrivals: arrivals.flatMap((arrival) => arrival ?? []), until, expect: raw.expect };
  });
  if (problems.length > 0) throw new FlowError('INVALID', problems.map(problemAt));
  return { flows: content.flows === undefined ? undefined : resolve(dirname(source.path), content.flows), tests };
}

function longForm(event: RawTest['given'][number]): LongEvent {
  if (typeof event === 'string') return { event };
  if (typeof (event as LongEvent).event === 'string') return event as LongEvent;
  const [type = '', fields = {}] = Object.entries(event as Record<string, object>)[0] ?? [];
  return { event: type, fields };
}

function arrivalOf(
  { event: type, id, source = 'test', fields = {} }: LongEvent,
  at: number,
  index: number,
  place: DefinitionProblem['at'],
  problems: DefinitionProblem[],
): Arrival | undefined {
  const complaint = unusable(type);
  if (complaint !== undefined || !isEventType(type)) {
    problems.push({ at: place, message: complaint ?? 'is no event type' });
    return undefined;
  }
  const read = readFields<EventType>(type, fields as Record<string, unknown>);
  if (!read.ok) {
    for (const { path, message } of read.problems) problems.push({ at: place, message: `${type}.${path} ${message}` });
    return undefined;
  }
  const unknown = read.extra === null ? [] : Object.keys(JSON.parse(read.extra) as object);
  for (const field of unknown) problems.push({ at: place, message: `${type} has no field ${field}` });
  const meta = { id: id ?? `event-${index + 1}`, type, source, tenant: 'acme', hops: null };
  const event = { ...read.fields, meta: { ...meta, occurredAt: at, receivedAt: at, extra: null } };
  return { at, event: event as unknown as AnyEvent };
}
