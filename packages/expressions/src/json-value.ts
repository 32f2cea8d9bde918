import type { Budget } from './budget.ts';

/** The value as JSON has it: whole numbers that a double does not hold become text. Undefined when JSON has none. */
export function toJson(value: unknown, budget: Budget): unknown {
  switch (typeof value) {
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return listToJson(value, budget);
      return Object.getPrototypeOf(value) === Object.prototype ? mapToJson(value, budget) : undefined;
    default:
      return typeof value === 'function' ? undefined : value;
  }
}

function listToJson(list: readonly unknown[], budget: Budget): unknown {
  const items: unknown[] = [];
  for (const item of list) {
    budget.spend(1);
    const json = toJson(item, budget);
    if (json === undefined) return undefined;
    items.push(json);
  }
  return items;
}

function mapToJson(map: object, budget: Budget): unknown {
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(map)) {
    budget.spend(1);
    const json = toJson(value, budget);
    if (json === undefined) return undefined;
    entries.push([key, json]);
  }
  return Object.fromEntries(entries);
}
