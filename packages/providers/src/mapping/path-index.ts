import type { Source, Values, Variable } from './compiling.ts';
import { isGiven, isObject } from './json.ts';
import type { LookedUp } from './look-up.ts';
import type { SentPath } from './paths.ts';

/** A value that is looked for in several places, the first of which counts. */
export interface Sought {
  readonly sources: readonly Source[];
  readonly usable: (value: unknown) => unknown;
}

/** What was found, by slot. */
export type Hits = readonly (LookedUp | undefined)[];

/** Finds values in one pass over what was sent, where that has fewer fields than there are places to look at. */
export interface PathIndex {
  /** The slot of each value; undefined for one that has to be looked up by itself. */
  readonly slots: readonly (number | undefined)[];
  find(values: Values): Hits;
}

/** Each step has up to three spellings, so that a longer path would have too many. */
const LONGEST_PATH = 3;

interface Node {
  readonly next: Map<string, Node>;
  readonly ends: End[];
}

/** The end of a path. Of several values, that of the least rank counts. */
interface End {
  readonly slot: number;
  readonly rank: number;
  readonly variable: Variable;
  readonly path: SentPath;
  readonly usable: (value: unknown) => unknown;
}

type Hit = LookedUp & { readonly rank: number };

const NONE: Hits = [];

/** @param variable what the paths begin with */
export function createPathIndex(sought: readonly Sought[], variable: Variable): PathIndex {
  const root: Node = { next: new Map(), ends: [] };
  let count = 0;
  const slots = sought.map(({ sources, usable }) => {
    const paths = sources.map((source) => spelledPaths(source, variable));
    if (paths.includes(undefined)) return undefined;
    const slot = count++;
    for (const [rank, path] of paths.flatMap((spellings) => spellings ?? []).entries()) {
      nodeAt(root, path).ends.push({ slot, rank, variable, path, usable });
    }
    return slot;
  });
  return { slots, find: (values) => search(values[variable], root, undefined, count) ?? NONE };
}

/** A path in all its spellings; undefined for what is no path of names from the variable. */
function spelledPaths(source: Source, variable: Variable): string[][] | undefined {
  if (source.kind !== 'plain' || source.variable !== variable) return undefined;
  const { steps } = source;
  if (steps.length === 0 || steps.length > LONGEST_PATH) return undefined;
  let paths: string[][] = [[]];
  for (const step of steps) {
    if (typeof step === 'number') return undefined;
    paths = paths.flatMap((path) => step.map((name) => [...path, name]));
  }
  return paths;
}

function nodeAt(root: Node, path: readonly string[]): Node {
  let node = root;
  for (const name of path) {
    const next = node.next.get(name) ?? { next: new Map(), ends: [] };
    node.next.set(name, next);
    node = next;
  }
  return node;
}

function search(fields: unknown, { next }: Node, found: Hit[] | undefined, count: number): Hit[] | undefined {
  if (!isObject(fields)) return found;
  let hits = found;
  for (const name in fields) {
    const node = next.get(name);
    if (node === undefined) continue;
    const value = fields[name];
    if (!isGiven(value)) continue;
    for (const { slot, rank, variable, path, usable } of node.ends) {
      hits ??= new Array<Hit>(count);
      const held = hits[slot];
      if (held !== undefined && held.rank < rank) continue;
      const fitting = usable(value);
      if (fitting !== undefined) hits[slot] = { value: fitting, variable, path, rank };
    }
    if (node.next.size > 0) hits = search(value, node, hits, count);
  }
  return hits;
}
