import type { Budget } from './budget.ts';

/**
 * The value without the key `constructor`, by which cel-js recognises the type of an object. The value itself if it has
 * no such key.
 */
export function readable(value: unknown, budget: Budget): unknown {
  if (typeof value !== 'object' || value === null) return value;
  let copy: unknown[] | Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    budget.spend(4);
    const held: unknown = (value as Record<string, unknown>)[key];
    const fit = readable(held, budget);
    const isHidden = key === 'constructor' && !Array.isArray(value);
    if (fit === held && !isHidden) continue;
    copy ??= Array.isArray(value) ? [...value] : { ...value };
    if (isHidden) delete (copy as Record<string, unknown>)[key];
    else Object.defineProperty(copy, key, { value: fit, enumerable: true, configurable: true, writable: true });
  }
  return copy ?? value;
}
