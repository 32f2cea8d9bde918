import type { Problem } from '@switchboard/events';
import type { Values } from './compiling.ts';
import { Editable, heldName } from './editable.ts';
import type { FieldKind } from './field-kind.ts';
import type { FieldMove, FieldPlan } from './field-plan.ts';
import { type Fields, isGiven, isObject } from './json.ts';
import { type LookedUp, lookUp } from './look-up.ts';
import type { Hits } from './path-index.ts';
import type { SentPath } from './paths.ts';
import type { SentPaths } from './sent-paths.ts';

/** Longer lists are refused by every schema. */
export const MOST_ITEMS = 10_000;

/** An event while its fields are being found. */
export interface EventInMaking {
  readonly values: Values;
  readonly payload: Editable;
  /** What was sent and not moved. */
  readonly rest: Editable;
  readonly sent: SentPaths;
  readonly problems: Problem[];
  /** The path of `data` in the body, whose fields are the payload already; undefined when the payload starts empty. */
  readonly data: SentPath | undefined;
}

export function moveFields(event: EventInMaking, plan: FieldPlan): void {
  const hits = plan.index.find(event.values);
  const { moves } = plan;
  for (let at = 0; at < moves.length; at++) {
    const move = moves[at] as FieldMove;
    const found = find(plan, at, hits, event.values, event.payload.value, event.problems);
    if (event.data === undefined && move.items !== undefined) makeList(event, move, found);
    else {
      if (found !== undefined) moveField(event, move, found);
      if (move.items !== undefined) renameInItems(event, move, move.items);
    }
  }
}

/** The value for a move, unless the fields, if there are any, have one already. */
function find(
  { moves, index }: FieldPlan,
  at: number,
  hits: Hits,
  values: Values,
  fields: unknown,
  problems: Problem[],
): LookedUp | undefined {
  const { to, sources, usable } = moves[at] as FieldMove;
  const slot = index.slots[at];
  if (slot === undefined) return isFree(fields, to) ? lookUp(sources, values, usable, problems) : undefined;
  const hit = hits[slot];
  return hit !== undefined && isFree(fields, to) ? hit : undefined;
}

function moveField(event: EventInMaking, { name, to, kind }: FieldMove, found: LookedUp): void {
  take(event, found, undefined);
  event.payload.put(to, asKind(kind, found.value));
  event.sent.moved(name, found);
}

/** Takes what was moved out of where it stood, or leaves there what is given. */
function take(event: EventInMaking, found: LookedUp, left: unknown): void {
  if (found.variable === undefined) return;
  const inData = dataPath(event, found);
  if (inData === undefined) {
    if (found.variable === 'body') event.rest.replace(found.path, left);
    // Data as a whole cannot be moved into itself.
  } else if (inData.length > 0) event.payload.replace(inData, left);
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

function isFree(fields: unknown, to: FieldMove['to'], index = 0): boolean {
  if (!isObject(fields)) return true;
  const held = fields[heldName(fields, to[index] as readonly string[])];
  if (!isGiven(held)) return true;
  return index + 1 < to.length && isObject(held) && isFree(held, to, index + 1);
}

/** In each item, moves fields to the schema's names; its other fields stay as they are. */
function renameInItems(event: EventInMaking, { to }: FieldMove, plan: FieldPlan): void {
  const payload = (event.payload.value ?? {}) as Fields;
  const key = to[0]?.find((name) => Array.isArray(payload[name]));
  const list = key === undefined ? undefined : (payload[key] as unknown[]);
  if (key === undefined || list === undefined || list.length > MOST_ITEMS) return;
  const values = { ...event.values, item: undefined as unknown };
  let renamed: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (!isObject(item)) continue;
    values.item = item;
    let record: Editable | undefined;
    const hits = plan.index.find(values);
    for (let at = 0; at < plan.moves.length; at++) {
      const found = find(plan, at, hits, values, record?.value ?? item, event.problems);
      if (found === undefined) continue;
      record ??= new Editable(item);
      const { name, to: target, kind } = plan.moves[at] as FieldMove;
      if (found.variable === 'item') record.take(found.path);
      record.put(target, asKind(kind, found.value));
      event.sent.movedInItem(name, found);
    }
    if (record === undefined) continue;
    renamed ??= [...list];
    renamed[index] = record.value;
  }
  if (renamed !== undefined) event.payload.put([[key]], renamed);
}

/** Makes a record from each item; what the items held besides stays in the rest, at their places. */
function makeList(event: EventInMaking, { name, to, items }: FieldMove, found: LookedUp | undefined): void {
  if (found === undefined || items === undefined || !Array.isArray(found.value)) return;
  event.sent.moved(name, found);
  if (found.value.length > MOST_ITEMS) {
    event.problems.push({ path: event.sent.of(name), message: `must have at most ${MOST_ITEMS} items` });
    return;
  }
  const values = { ...event.values, item: undefined as unknown };
  const left: unknown[] = [];
  const records = found.value.map((item: unknown) => {
    values.item = item;
    const record = new Editable({});
    const rest = new Editable(item);
    const hits = items.index.find(values);
    for (let at = 0; at < items.moves.length; at++) {
      const part = find(items, at, hits, values, undefined, event.problems);
      if (part === undefined) continue;
      const { name: field, to: target, kind } = items.moves[at] as FieldMove;
      if (part.variable === 'item') rest.take(part.path);
      else take(event, part, undefined);
      record.put(target, asKind(kind, part.value));
      event.sent.movedInItem(field, part);
    }
    left.push(rest.value ?? null);
    return record.value;
  });
  take(event, found, left.every((rest) => rest === null) ? undefined : left);
  event.payload.put(to, records);
}
