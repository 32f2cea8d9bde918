import type { Problem } from '@switchboard/events';
import type { Values } from './compiling.ts';
import type { FieldKind } from './field-kind.ts';
import type { FieldMove, FieldPlan, ListMove } from './field-plan.ts';
import { type Fields, isGiven, isObject } from './json.ts';
import { type LookedUp, lookUp } from './look-up.ts';
import { replaced, type SentPath, without } from './paths.ts';
import type { SentPaths } from './sent-paths.ts';

/** Longer lists are refused by every schema. */
export const MOST_ITEMS = 10_000;

/** An event while its fields are being found. */
export interface EventInMaking {
  readonly values: Values;
  payload: Fields;
  /** The payload is a copy of what was sent, and may be changed. */
  isCopy: boolean;
  /** What was sent and not moved. */
  rest: unknown;
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
  put(changeable(event), to, asKind(kind, found.value));
  event.sent.moved(name, found);
}

function changeable(event: EventInMaking): Fields {
  if (!event.isCopy) event.payload = { ...event.payload };
  event.isCopy = true;
  return event.payload;
}

/** Takes what was moved out of where it stood, or leaves there what is given. */
function take(event: EventInMaking, found: LookedUp, left: unknown): void {
  if (found.variable === undefined) return;
  const inData = dataPath(event, found);
  if (inData !== undefined) takeFromData(changeable(event), inData, left);
  else if (found.variable === 'body') {
    event.rest = left === undefined ? without(event.rest, found.path) : replaced(event.rest, found.path, left);
  }
}

function takeFromData(payload: Fields, path: SentPath, left: unknown): void {
  const [name] = path;
  // Data as a whole cannot be moved into itself.
  if (name === undefined) return;
  const held = payload[name];
  const value = left === undefined ? without(held, path, 1) : replaced(held, path, left, 1);
  if (value === undefined) delete payload[name];
  else payload[name] = value;
}

/** The path in `data`, also when it was read from the body. */
function dataPath({ data }: EventInMaking, { variable, path }: LookedUp & { path: SentPath }): SentPath | undefined {
  if (data === undefined) return undefined;
  if (variable === 'data') return path;
  if (variable !== 'body' || path.length <= data.length) return undefined;
  return data.every((name, index) => path[index] === name) ? path.slice(data.length) : undefined;
}

const asKind = (kind: FieldKind, value: unknown): unknown =>
  kind === 'text' && typeof value === 'number' ? String(value) : value;

/** The name under which the payload has a field, in either spelling. */
function heldName(payload: Fields, names: readonly string[]): string {
  for (const name of names) if (isGiven(payload[name])) return name;
  return names[0] as string;
}

function isFree(payload: Fields, to: FieldMove['to'], index = 0): boolean {
  const held = payload[heldName(payload, to[index] as readonly string[])];
  if (!isGiven(held)) return true;
  return index + 1 < to.length && isObject(held) && isFree(held, to, index + 1);
}

function put(payload: Fields, to: FieldMove['to'], value: unknown, index = 0): void {
  const name = heldName(payload, to[index] as readonly string[]);
  if (index + 1 === to.length) payload[name] = value;
  else {
    const inner = isObject(payload[name]) ? { ...payload[name] } : {};
    put(inner, to, value, index + 1);
    payload[name] = inner;
  }
}

/** In each item, moves fields to the schema's names; its other fields stay as they are. */
function renameInItems(event: EventInMaking, { to, items }: ListMove): void {
  const key = to[0]?.find((name) => Array.isArray(event.payload[name]));
  const list = key === undefined ? undefined : (event.payload[key] as unknown[]);
  if (key === undefined || list === undefined || list.length > MOST_ITEMS) return;
  const values = { ...event.values, item: undefined as unknown };
  const renamed = list.map((item) => {
    if (!isObject(item)) return item;
    values.item = item;
    let record = item;
    for (const { name, to: target, sources, usable, kind } of items) {
      if (!isFree(record, target)) continue;
      const found = lookUp(sources, values, usable, event.problems);
      if (found === undefined) continue;
      const rest = found.variable === 'item' ? without(record, found.path) : record;
      record = rest === record ? { ...record } : ((rest ?? {}) as Fields);
      put(record, target, asKind(kind, found.value));
      event.sent.moved(name, found);
    }
    return record;
  });
  changeable(event)[key] = renamed;
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
  const values = { ...event.values, item: undefined as unknown };
  const left: unknown[] = [];
  const records = found.value.map((item: unknown) => {
    values.item = item;
    const record: Fields = {};
    let rest: unknown = item;
    for (const { name: field, to: target, sources: places, usable: fitting, kind } of items) {
      const part = lookUp(places, values, fitting, event.problems);
      if (part === undefined) continue;
      if (part.variable === 'item') rest = without(rest, part.path);
      else take(event, part, undefined);
      put(record, target, asKind(kind, part.value));
      event.sent.moved(field, part);
    }
    left.push(rest ?? null);
    return record;
  });
  take(event, found, left.every((rest) => rest === null) ? undefined : left);
  put(changeable(event), to, records);
}
