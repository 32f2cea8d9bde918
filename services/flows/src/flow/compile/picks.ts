import type { Path } from '@switchboard/expressions';
import type { Json } from '../../context/variables.ts';
import type { FieldKind } from './field-kinds.ts';

/** Which parts of a record are read: `true` for everything. */
export type Picks = true | { readonly [name: string]: Picks };

type Growing = { [name: string]: Picks };

/** The parts that the paths lead to. A list or a map that is read in part is read as a whole. */
export function picksOf(paths: readonly (readonly (string | number)[])[], kind: FieldKind): Picks {
  if (kind.kind !== 'record' || paths.some((path) => path.length === 0)) return true;
  const byName = Map.groupBy(paths, ([name]) => String(name));
  const picks: Growing = {};
  for (const name of [...byName.keys()].sort()) {
    const field = kind.fields.get(name);
    if (field !== undefined)
      picks[name] = picksOf(
        (byName.get(name) as Path[]).map((path) => path.slice(1)),
        field,
      );
  }
  return picks;
}

/**
 * A copy of the picked parts. Null is left out: expressions see an absent field. For CEL, an absent record of which a
 * field is read is empty, so that has(event.customer.email) is false.
 */
export function pick(value: unknown, picks: Picks, kind: FieldKind, toCel: boolean): unknown {
  if (value === null || value === undefined) return toCel && picks !== true ? {} : undefined;
  switch (kind.kind) {
    case 'int':
    case 'time':
      return toCel && Number.isSafeInteger(value) ? BigInt(value as number) : value;
    case 'list':
      return (value as unknown[]).map((item) => pick(item, true, kind.items, toCel) ?? null);
    case 'map':
      return toCel ? value : toJson(value);
    case 'double':
      return Number.isFinite(value) ? value : undefined;
    case 'string':
      return storable(value as string);
    case 'record': {
      const copy: Record<string, unknown> = {};
      const names = picks === true ? kind.fields.keys() : Object.keys(picks);
      for (const name of names) {
        const field = kind.fields.get(name);
        const inner = picks === true ? true : picks[name];
        if (field === undefined || inner === undefined) continue;
        const held = pick((value as Record<string, unknown>)[name], inner, field, toCel);
        if (held !== undefined) copy[name] = held;
      }
      return copy;
    }
    default:
      return value;
  }
}

/** Postgres holds neither NUL nor half of a character. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '');

/** What JSON has for a value that an expression took from its variables. */
export function toJson(value: unknown): Json {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [storable(name), toJson(held)]));
}
