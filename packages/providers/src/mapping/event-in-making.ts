import type { Problem } from '@switchboard/events';
import type { Values } from './compiling.ts';
import type { FieldMove, FieldPlan, ListMove } from './field-plan.ts';
import { type Fields, isGiven, isObject, spellingsOf } from './json.ts';
import { type LookedUp, lookUp } from './look-up.ts';
import { replaced, type SentPath, without } from './paths.ts';
import type { SentPaths } from './sent-paths.ts';

/** Longer lists are refused by every schema. */
export const MOST_ITEMS = 10_000;

/** An event while its fields are being found. */
export interface EventInMaking {
  readonly values: Values;
  payload: Fields;
  /** What was sent and not moved. */
  rest: Fields | undefined;
  readonly sent: SentPaths;
  readonly problems: Problem[];
  /** The path of `data` in the body, whose fields are the payload already; undefined when the payload starts empty. */
  readonly data: SentPath | undefined;
}

export function moveFields(event: EventInMaking, plan: FieldPlan): void {
  for (const move of plan.fields) moveField(event, move);
  for (const move of plan.lists) {
    if (event.data === undefined) makeList(event, move);
    else {
      moveField(event, move);
      renameInItems(event, move);
    }
  }
}

function moveField(event: EventInMaking, { name, to, sources, usable, kind }: FieldMove): void {
  if (!isFree(event.payload, to)) return;
  const found = lookUp(sources, event.values, usable, event.problems);
  if (found === undefined) return;
  take(event, found, undefined);
  event.payload = put(event.payload, to, kind === 'text' ? asText(found.value) : found.value);
  event.sent.moved(name, found);
}

/** Takes what was moved out of where it stood, or leaves there what is given. */
function take(event: EventInMaking, found: LookedUp, left: unknown): void {
  if (found.variable === undefined || found.path.length === 0) return;
  const inData = dataPath(event, found);
  if (inData !== undefined) event.payload = (replaced(event.payload, inData, left) ?? {}) as Fields;
  else if (found.variable === 'body') {
    const rest = left === undefined ? without(event.rest, found.path) : replaced(event.rest, found.path, left);
    event.rest = rest as Fields | undefined;
  }
}

/** The path in `data`, also when it was read from the body. */
function dataPath({ data }: EventInMaking, { variable, path }: LookedUp & { path: SentPath }): SentPath | undefined {
  if (data === undefined) return undefined;
  if (variable === 'data') return path;
  if (variable !== 'body' || path.length <= data.length) return undefined;
  return data.every((name, index) => path[index] === name) ? path.slice(data.length) : undefined;
}

const asText = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value);

/** The name under which the payload has a field, in either spelling. */
const heldName = (payload: Fields, name: string): string =>
  spellingsOf(name).find((spelling) => isGiven(payload[spelling])) ?? name;

function isFree(payload: Fields, [name = '', ...inner]: readonly string[]): boolean {
  const held = payload[heldName(payload, name)];
  if (!isGiven(held)) return true;
  return inner.length > 0 && isObject(held) && isFree(held, inner);
}

function put(payload: Fields, [name = '', ...inner]: readonly string[], value: unknown): Fields {
  const held = heldName(payload, name);
  const { [held]: before } = payload;
  const within = isObject(before) ? before : {};
  return { ...payload, [held]: inner.length === 0 ? value : put(within, inner, value) };
}

/** In each item, moves fields to the schema's names; its other fields stay as they are. */
function renameInItems(event: EventInMaking, { name, items }: ListMove): void {
  const key = spellingsOf(name).find((spelling) => Array.isArray(event.payload[spelling]));
  const list = key === undefined ? undefined : (event.payload[key] as unknown[]);
  if (key === undefined || list === undefined || list.length > MOST_ITEMS) return;
  const renamed = list.map((item) => {
    if (!isObject(item)) return item;
    let record = item;
    for (const { name: field, to, sources, usable, kind } of items) {
      if (!isFree(record, to)) continue;
      const found = lookUp(sources, { ...event.values, item }, usable, event.problems);
      if (found === undefined) continue;
      if (found.variable === 'item') record = (without(record, found.path) ?? {}) as Fields;
      record = put(record, to, kind === 'text' ? asText(found.value) : found.value);
      event.sent.moved(`${name}[].${field}`, found);
    }
    return record;
  });
  event.payload = { ...event.payload, [key]: renamed };
}

/** Makes a record from each item; what the items held besides stays in the rest, at their places. */
function makeList(event: EventInMaking, { name, to, sources, usable, items }: ListMove): void {
  const found = lookUp(sources, event.values, usable, event.problems);
  if (found === undefined || !Array.isArray(found.value)) return;
  event.sent.moved(name, found);
  if (found.value.length > MOST_ITEMS) {
    event.problems.push({ path: event.sent.of(name), message: `must have at most ${MOST_ITEMS} items` });
    return;
  }
  const left: unknown[] = [];
  const records = found.value.map((item: unknown) => {
    let record: Fields = {};
    let rest: unknown = item;
    for (const { name: field, to: target, sources: places, usable: fitting, kind } of items) {
      const part = lookUp(places, { ...event.values, item }, fitting, event.problems);
      if (part === undefined) continue;
      if (part.variable === 'item') rest = without(rest, part.path);
      else take(event, part, undefined);
      record = put(record, target, kind === 'text' ? asText(part.value) : part.value);
      event.sent.moved(`${name}[].${field}`, part);
    }
    left.push(rest ?? null);
    return record;
  });
  take(event, found, left.every((rest) => rest === null) ? undefined : left);
  event.payload = put(event.payload, to, records);
}
