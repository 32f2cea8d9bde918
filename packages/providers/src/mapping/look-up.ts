import type { Problem } from '@switchboard/events';
import type { Source, Values, Variable } from './compiling.ts';
import { isGiven } from './json.ts';
import { findAt, type SentPath } from './paths.ts';

export type LookedUp =
  /** Moved from a path, or computed. */
  | { readonly value: unknown; readonly variable: Variable; readonly path: SentPath }
  | { readonly value: unknown; readonly variable: undefined; readonly rule: string };

/** For a value that is no field. */
export const anything = (value: unknown): unknown => value;

/** The first value of a place; an expression that fails is a problem. */
export function lookUp(
  sources: readonly Source[],
  values: Values,
  usable: (value: unknown) => unknown,
  problems: Problem[],
): LookedUp | undefined {
  for (const source of sources) {
    if (source.kind === 'plain') {
      const found = findAt(values[source.variable], source.steps, usable);
      if (found !== undefined) return { value: found.value, variable: source.variable, path: found.path };
      continue;
    }
    const result = source.expression.evaluate(values);
    if (result.kind === 'failed') {
      problems.push({ path: source.rule, message: result.message });
      return undefined;
    }
    if (result.kind === 'value' && isGiven(result.value)) {
      return { value: result.value, variable: undefined, rule: source.rule };
    }
  }
  return undefined;
}
