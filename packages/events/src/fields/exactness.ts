/** Deeper values could overflow the stack of a reader. */
const maxDepth = 64;

/**
 * Why JSON text of a parsed value could not say what was sent, if so: JSON.parse has rounded its large numbers
 * already, and nesting must end somewhere.
 */
export function inexactness(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'number') {
    return Math.abs(value) <= Number.MAX_SAFE_INTEGER
      ? undefined
      : 'must not hold numbers beyond 2^53, which cannot be kept exactly; send them as strings';
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === maxDepth) return `must not be nested more than ${maxDepth} deep`;
  // for-in, because the input may be as large as a body, and Object.values copies.
  for (const key in value) {
    const problem = inexactness((value as Record<string, unknown>)[key], depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
