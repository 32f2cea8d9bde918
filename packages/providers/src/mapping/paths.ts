import { isGiven, isObject } from './json.ts';

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
  if (!isObject(container)) return undefined;
  const value = container[name];
  // Most names are not there, and reading one is faster than asking.
  return value !== undefined && Object.hasOwn(container, name) ? value : undefined;
}

export const textOf = (path: SentPath): string =>
  path.map((name, index) => (typeof name === 'number' ? `[${name}]` : index === 0 ? name : `.${name}`)).join('');
