import type { EventType } from '@switchboard/events';
import { isGiven, isObject } from './envelope.ts';
import { type FieldKind, kindOf } from './field-kind.ts';
import type { JsonObject } from './json/parse.ts';

/**
 * Where the fields of an event stand in a sender's payload: `customer.email` may be sent as `customerEmail`, and in each
 * item of a list `transcript[].text` as `content`. The first place that holds a usable value wins. Each name is
 * understood in camelCase and in snake_case.
 */
export type FieldPlaces = Readonly<Record<string, readonly string[]>>;

export interface MappedPayload {
  readonly payload: JsonObject;
  /** The path under which the sender wrote what now stands at this path. */
  sentAs(path: string): string;
}

/** Moves fields to where the schema wants them. Unusable values and second copies stay where they were sent. */
export type FieldMapping = (payload: JsonObject) => MappedPayload;

interface Move {
  readonly to: readonly string[];
  readonly from: readonly Place[];
  readonly kind: FieldKind;
}

interface ItemMove extends Omit<Move, 'from'> {
  readonly list: string;
  readonly from: readonly string[];
}

/** The spellings of each step of a path. */
type Place = readonly (readonly string[])[];

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const spellings = (name: string): string[] => [...new Set([name, snakeCase(name)])];

/** @throws TypeError when a target is not a field of the event. */
export function createFieldMapping(type: EventType, places: FieldPlaces): FieldMapping {
  const moves: Move[] = [];
  const itemMoves: ItemMove[] = [];
  for (const [target, sources] of Object.entries(places)) {
    const [list = '', field] = target.split('[].');
    if (field !== undefined) {
      const kind = kindOf(type, [list, field]);
      itemMoves.push({ list, to: [field], from: sources.flatMap(spellings), kind });
    } else {
      const to = target.split('.');
      const from = sources.map((source) => source.split('.').map(spellings));
      moves.push({ to, from, kind: kindOf(type, to) });
    }
  }
  const triggers = new Set([
    ...moves.flatMap(({ from }) => from.flatMap(([first = []]) => first)),
    ...itemMoves.flatMap(({ list }) => spellings(list)),
  ]);

  return (sent) => {
    let isMapped = false;
    for (const key in sent) if (triggers.has(key)) isMapped = true;
    if (!isMapped) return { payload: sent, sentAs: (path) => path };

    const payload = { ...sent };
    const renamed = new Map<string, string>();
    for (const move of moves) moveField(payload, move, renamed);
    for (const move of itemMoves) moveInItems(payload, move, renamed);
    return { payload, sentAs: (path) => sentPath(path, renamed) };
  };
}

function moveField(payload: JsonObject, { to, from, kind }: Move, renamed: Map<string, string>): void {
  const [first = '', second] = to;
  const firstName = spellings(first).find((name) => isGiven(payload[name])) ?? first;
  const held = payload[firstName];
  if (second === undefined ? isGiven(held) : isGiven(held) && (!isObject(held) || has(held, second))) return;
  for (const place of from) {
    const found = take(payload, place, kind);
    if (found === undefined) continue;
    payload[firstName] =
      second === undefined ? found.value : { ...(held as JsonObject | undefined), [second]: found.value };
    renamed.set(to.join('.'), found.path);
    return;
  }
}

const has = (record: JsonObject, name: string): boolean => spellings(name).some((key) => isGiven(record[key]));

/** Removes the value from where it was sent; a container that held nothing else goes too. */
function take(
  payload: JsonObject,
  [outer = [], inner]: Place,
  kind: FieldKind,
): { value: unknown; path: string } | undefined {
  for (const outerName of outer) {
    if (inner === undefined) {
      const value = usable(payload[outerName], kind);
      if (value === undefined) continue;
      delete payload[outerName];
      return { value, path: outerName };
    }
    const container = payload[outerName];
    if (!isObject(container)) continue;
    for (const innerName of inner) {
      const value = usable(container[innerName], kind);
      if (value === undefined) continue;
      const { [innerName]: _, ...rest } = container;
      if (Object.keys(rest).length > 0) payload[outerName] = rest;
      else delete payload[outerName];
      return { value, path: `${outerName}.${innerName}` };
    }
  }
  return undefined;
}

function moveInItems(payload: JsonObject, { list, to, from, kind }: ItemMove, renamed: Map<string, string>): void {
  const name = spellings(list).find((key) => Array.isArray(payload[key]));
  if (name === undefined) return;
  const [field = ''] = to;
  payload[name] = (payload[name] as unknown[]).map((item) => {
    if (!isObject(item) || has(item, field)) return item;
    const key = from.find((candidate) => usable(item[candidate], kind) !== undefined);
    if (key === undefined) return item;
    renamed.set(`${list}[].${field}`, key);
    const { [key]: value, ...rest } = item;
    return { ...rest, [field]: usable(value, kind) };
  });
}

/** The value as the target may take it; undefined when it is of another kind. Many senders write ids as numbers. */
function usable(value: unknown, kind: FieldKind): unknown {
  if (!isGiven(value)) return undefined;
  if (kind === 'text')
    return Number.isSafeInteger(value) ? String(value) : typeof value === 'string' ? value : undefined;
  if (kind === 'number') return typeof value === 'number' || typeof value === 'string' ? value : undefined;
  if (kind === 'list') return Array.isArray(value) ? value : undefined;
  return value;
}

/** `transcript[3].text` was sent as `messages[3].content`. */
function sentPath(path: string, renamed: ReadonlyMap<string, string>): string {
  const [, head = '', index, field, rest = ''] = /^([^.[]+)(?:(\[\d+\])?\.?([^.[]+))?(.*)$/s.exec(path) ?? [];
  const whole = field === undefined ? undefined : renamed.get(index === undefined ? `${head}.${field}` : '');
  if (whole !== undefined) return whole + rest;
  const sentHead = renamed.get(head) ?? head;
  if (index === undefined || field === undefined) return sentHead + path.slice(head.length);
  return `${sentHead}${index}.${renamed.get(`${head}[].${field}`) ?? field}${rest}`;
}
