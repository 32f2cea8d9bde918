/** One thing that is wrong with a mapping. */
export interface MappingProblem {
  /** The keys and indexes from the top of the mapping. */
  readonly at: readonly (string | number)[];
  readonly message: string;
  /** Where in the expression, if it is about one; both start at 1. */
  readonly line?: number;
  readonly column?: number;
}

/** A mapping that cannot be used: all that is wrong with it. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
  readonly problems: readonly MappingProblem[];

  constructor(problems: readonly MappingProblem[]) {
    super(problems.map(describe).join('\n'));
    this.problems = problems;
  }
}

function describe({ at, message, line, column }: MappingProblem): string {
  const where = line === undefined ? '' : ` (line ${line}, column ${column} of the expression)`;
  return `/${at.join('/')}${where}: ${message}`;
}
