import { ANY_KEY, nameOf } from './key-name.ts';
import { kindOf } from './value-kind.ts';

/** What is known about a path. Nothing here is a value. */
export interface PathStats {
  readonly path: string;
  /** How many events held it. */
  events: number;
  /** How many of them are not saved yet. */
  unsaved: number;
  kinds: number;
  /** The length of its longest text, rounded up to a power of four. */
  longest: number;
  readonly firstAt: number;
  lastAt: number;
  /** The last observation that held it: a list holds a path many times. */
  seen: number;
}

export interface PathTree {
  /**
   * Counts the paths of a value, which stands for so many events.
   * @returns how many paths it holds
   */
  observe(value: unknown, weight: number, now: number): number;
  paths(): Iterable<PathStats>;
  /** Paths that are now part of one with `*`, until they are forgotten. */
  readonly collapsed: readonly string[];
  forgetCollapsed(count: number): void;
}

interface Options {
  /** Further paths are counted together, as `*`. */
  readonly mostPaths: number;
  /** Whether a path, and what lies under it, is not counted. */
  isIgnored?(path: string): boolean;
}

interface Node {
  readonly path: string;
  readonly depth: number;
  readonly isIgnored: boolean;
  readonly children: Map<string, Node>;
  stats: PathStats | undefined;
  /** How many objects stood here, and how many keys they had together. */
  objects: number;
  keys: number;
  /** Its keys are data: all of them are `*`. */
  isMap: boolean;
}

const MOST_DEPTH = 8;
const MOST_PATH_LENGTH = 200;
/** The items of a list are alike: the first ones say what it holds. */
const MOST_ITEMS = 20;
/** The values of one event that are looked at. */
const MOST_VALUES = 2_000;
/** An object with more different keys than this is a map. */
const MOST_SIBLINGS = 150;
/** An object with more different keys than this is a map if each instance has less than a quarter of them. */
const FEW_SIBLINGS = 24;
const ITEM = '[]';

/** The paths that the events of one source and type held, with lists as `[]` and the keys of maps as `*`. */
export function createPathTree({ mostPaths, isIgnored = () => false }: Options): PathTree {
  const mostNodes = 4 * mostPaths;
  const known = new Map<string, PathStats>();
  const root = createNode('', 0, isIgnored);
  let nodes = 1;
  const collapsed: string[] = [];
  let observations = 0;
  let current = { weight: 1, now: 0, values: 0, found: 0 };

  function walk(value: unknown, node: Node): void {
    current.values += 1;
    if (node.isIgnored || current.values > MOST_VALUES) return;
    if (!isContainer(value) || node.depth >= MOST_DEPTH) count(node, value);
    else if (Array.isArray(value)) {
      for (const item of value.slice(0, MOST_ITEMS)) walkChild(node, ITEM, item);
    } else walkKeys(value, node);
  }

  function walkKeys(value: object, node: Node): void {
    const keys = Object.keys(value);
    node.objects += 1;
    node.keys += keys.length;
    for (const key of keys) {
      if (current.values > MOST_VALUES) return;
      const name = node.isMap ? ANY_KEY : node.children.has(key) && key !== ITEM ? key : nameOf(key);
      walkChild(node, name, (value as Record<string, unknown>)[key]);
      if (!node.isMap && isMapLike(node)) collapse(node);
    }
  }

  function walkChild(node: Node, name: string, value: unknown): void {
    const child = childOf(node, name);
    if (child === undefined) count(undefined, value);
    else walk(value, child);
  }

  /** @param node undefined for a path that has no room */
  function count(node: Node | undefined, value: unknown): void {
    const stats = node?.stats ?? statsOf(node?.path ?? ANY_KEY);
    if (node !== undefined) node.stats = stats;
    stats.kinds |= kindOf(value);
    if (typeof value === 'string' && value.length > stats.longest) stats.longest = roundUp(value.length);
    if (stats.seen === observations) return;
    stats.seen = observations;
    stats.events += current.weight;
    stats.unsaved += current.weight;
    stats.lastAt = current.now;
    current.found += 1;
  }

  function statsOf(path: string, now = current.now): PathStats {
    const name = known.has(path) || known.size < mostPaths - 1 ? path : ANY_KEY;
    let stats = known.get(name);
    if (stats === undefined) {
      stats = { path: name, events: 0, unsaved: 0, kinds: 0, longest: 0, firstAt: now, lastAt: now, seen: 0 };
      known.set(name, stats);
    }
    return stats;
  }

  function childOf(node: Node, name: string): Node | undefined {
    const child = node.children.get(name);
    if (child !== undefined) return child;
    const path = name === ITEM ? node.path + ITEM : node.path === '' ? name : `${node.path}.${name}`;
    if (nodes >= mostNodes || path.length > MOST_PATH_LENGTH) return undefined;
    const created = createNode(path, node.depth + 1, isIgnored);
    nodes += 1;
    node.children.set(name, created);
    return created;
  }

  /** Makes one of all children of a node. */
  function collapse(node: Node): void {
    const children = [...node.children.values()];
    node.children.clear();
    node.isMap = true;
    nodes -= children.reduce((sum, child) => sum + sizeOf(child), 0);
    const any = childOf(node, ANY_KEY);
    if (any !== undefined) for (const child of children) merge(child, any);
  }

  function merge(from: Node, to: Node): void {
    to.objects += from.objects;
    to.keys += from.keys;
    to.isMap ||= from.isMap;
    // Paths beyond the bound are already counted as `*`.
    if (from.stats?.path === from.path) {
      if (known.delete(from.stats.path) && collapsed.length < mostNodes) collapsed.push(from.stats.path);
      to.stats ??= statsOf(to.path, from.stats.firstAt);
      add(from.stats, to.stats);
    }
    for (const [name, child] of from.children) {
      const target = childOf(to, to.isMap && name !== ITEM ? ANY_KEY : name);
      if (target !== undefined) merge(child, target);
    }
  }

  return {
    observe(value, weight, now) {
      observations += 1;
      current = { weight, now, values: 0, found: 0 };
      if (isContainer(value)) walk(value, root);
      return current.found;
    },
    paths: () => known.values(),
    collapsed,
    forgetCollapsed: (count) => void collapsed.splice(0, count),
  };
}

const createNode = (path: string, depth: number, isIgnored: (path: string) => boolean): Node => ({
  path,
  depth,
  isIgnored: path !== '' && isIgnored(path),
  children: new Map(),
  stats: undefined,
  objects: 0,
  keys: 0,
  isMap: false,
});

/** Whether something stands inside. */
function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
}

const sizeOf = ({ children }: Node): number => [...children.values()].reduce((sum, child) => sum + sizeOf(child), 1);

const isMapLike = ({ children, keys, objects }: Node): boolean =>
  children.size > MOST_SIBLINGS || (children.size > FEW_SIBLINGS && keys * 4 < children.size * objects);

/** An event that held several of the paths counts once for each: which of them came together is not known. */
function add(from: PathStats, to: PathStats): void {
  to.events += from.events;
  to.unsaved += from.events;
  to.kinds |= from.kinds;
  to.longest = Math.max(to.longest, from.longest);
  to.lastAt = Math.max(to.lastAt, from.lastAt);
  to.seen = Math.max(to.seen, from.seen);
}

/** A power of four is enough to propose a bound. */
const roundUp = (length: number): number => {
  let bound = 1;
  while (bound < length) bound *= 4;
  return bound;
};
