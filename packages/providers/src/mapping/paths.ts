import { type Fields, isGiven, isObject } from './json.ts';

/** A list index, or the names that a step may have. */
export type Step = number | readonly string[];

/** The names and indexes of one sent value. */
export type SentPath = readonly (string | number)[];

export interface Found {
  readonly value: unknown;
  readonly path: SentPath;
}

/** The first given value at a path that `usable` does not refuse by undefined. */
export function findAt(
  container: unknown,
  steps: readonly Step[],
  usable: (value: unknown) => unknown,
  index = 0,
): Found | undefined {
  const step = steps[index];
  if (step === undefined) {
    const value = isGiven(container) ? usable(container) : undefined;
    return value === undefined ? undefined : { value, path: new Array(index) };
  }
  for (const name of typeof step === 'number' ? [step] : step) {
    const held = at(container, name);
    if (held === undefined) continue;
    const found = findAt(held, steps, usable, index + 1);
    if (found === undefined) continue;
    (found.path as (string | number)[])[index] = name;
    return found;
  }
  return undefined;
}

export function at(container: unknown, name: string | number): unknown {
  if (typeof name === 'number') return Array.isArray(container) ? container[name] : undefined;
  return isObject(container) && Object.hasOwn(container, name) ? container[name] : undefined;
}

/** The container without the value; undefined when it held nothing else. List items keep their places. */
export function without(container: unknown, path: SentPath, index = 0): unknown {
  const name = path[index];
  if (name === undefined) return undefined;
  const held = at(container, name);
  if (held === undefined) return container;
  return withValue(container, name, without(held, path, index + 1));
}

/** The container with another value at a path that it has; undefined takes the value out. */
export function replaced(container: unknown, path: SentPath, value: unknown, index = 0): unknown {
  const name = path[index];
  if (name === undefined) return value;
  return withValue(container, name, replaced(at(container, name), path, value, index + 1));
}

function withValue(container: unknown, name: string | number, value: unknown): unknown {
  if (Array.isArray(container)) {
    const items = container.with(name as number, value ?? null);
    return value === undefined && items.every((item) => item === null) ? undefined : items;
  }
  if (value !== undefined) return { ...(container as Fields), [name]: value };
  const { [name]: _, ...rest } = container as Fields;
  for (const _key in rest) return rest;
  return undefined;
}

export const textOf = (path: SentPath): string =>
  path.map((name, index) => (typeof name === 'number' ? `[${name}]` : index === 0 ? name : `.${name}`)).join('');
