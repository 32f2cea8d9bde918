import type { DefinitionProblem } from '@switchboard/expressions/definition';

/** A mapping that cannot be used: all that is wrong with it. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
  readonly problems: readonly DefinitionProblem[];

  constructor(problems: readonly DefinitionProblem[]) {
    super(problems.map(describe).join('\n'));
    this.problems = problems;
  }
}

function describe({ at, message, line, column }: DefinitionProblem): string {
  const where = line === undefined ? '' : ` (line ${line}, column ${column} of the expression)`;
  return `/${at.join('/')}${where}: ${message}`;
}
