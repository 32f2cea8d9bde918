import { type Context, shownContext, shownVariables } from './context.ts';

/** What a listener must know next. */
export interface Update {
  /** `state` replaces everything that the listener knows. */
  readonly event: 'state' | 'change';
  readonly version: number;
  readonly data: object;
}

/** The whole of it, also if nothing is known. */
export const stateOf = (id: string, context: Context | undefined): Update => ({
  event: 'state',
  version: context?.version ?? 0,
  data: context === undefined ? { id, version: 0, updatedAt: null, variables: {} } : shownContext(id, context),
});

/** Undefined if a listener that knows `before` need not know more. */
export function updateBetween(id: string, before: Context | undefined, after: Context | undefined): Update | undefined {
  if (before === undefined && after === undefined) return undefined;
  if (before === undefined || after === undefined) return stateOf(id, after);
  const changed = Object.entries(after.variables).filter(
    ([name, { version }]) => before.variables[name]?.version !== version,
  );
  const removed = Object.keys(before.variables).filter((name) => !Object.hasOwn(after.variables, name));
  if (changed.length === 0 && removed.length === 0) return undefined;
  const { version, updatedAt } = after;
  const variables = shownVariables(Object.fromEntries(changed));
  const data = { id, version, updatedAt: new Date(updatedAt).toISOString(), variables, removed };
  return { event: 'change', version, data };
}
