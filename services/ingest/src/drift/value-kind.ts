/** The kinds of values that a path held, one bit each. */
export const valueKinds = {
  string: 1,
  time: 2,
  integer: 4,
  number: 8,
  boolean: 16,
  null: 32,
  object: 64,
  list: 128,
} as const;

export type ValueKind = keyof typeof valueKinds;

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}[\d:.]*(?:Z|[+-]\d{2}:?\d{2})?$/;
const LONGEST_TIME = 40;

export function kindOf(value: unknown): number {
  if (typeof value === 'string') {
    return value.length <= LONGEST_TIME && ISO_TIME.test(value) ? valueKinds.time : valueKinds.string;
  }
  if (typeof value === 'number') return Number.isSafeInteger(value) ? valueKinds.integer : valueKinds.number;
  if (typeof value === 'boolean') return valueKinds.boolean;
  if (value === null) return valueKinds.null;
  return Array.isArray(value) ? valueKinds.list : valueKinds.object;
}

export const kindsIn = (bits: number): ValueKind[] =>
  (Object.keys(valueKinds) as ValueKind[]).filter((kind) => (bits & valueKinds[kind]) !== 0);
