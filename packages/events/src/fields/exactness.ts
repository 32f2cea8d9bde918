/** Deeper nesting could overflow the stack of a program that parses the text. */
const maxDepth = 64;

/**
 * Why the parsed value cannot be preserved exactly as JSON text, if so: JSON.parse has already rounded large numbers,
 * and nesting is limited.
 */
export function inexactness(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'number') {
    return Math.abs(value) <= Number.MAX_SAFE_INTEGER
      ? undefined
      : 'must not hold numbers beyond 2^53, which cannot be kept exactly; send them as strings';
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === maxDepth) return `must not be nested more than ${maxDepth} deep`;
  // for-in, because the input can be as large as a body and Object.values copies.
  for (const key in value) {
    const problem = inexactness((value as Record<string, unknown>)[key], depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
