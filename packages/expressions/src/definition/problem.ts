/** The keys and indexes from the top of a definition. */
export type Keys = readonly (string | number)[];

/** One thing that is wrong with a definition written in YAML. */
export interface DefinitionProblem {
  readonly at: Keys;
  readonly message: string;
  /** Where in the expression, if it is about one; both start at 1. */
  readonly line?: number;
  readonly column?: number;
}
