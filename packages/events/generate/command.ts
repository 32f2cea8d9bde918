import { apply, generation } from './generation.ts';

/**
 * Makes what follows from schemas/ in the repository at `root`, or with `check` only names what is out of step.
 * @returns the exit code: 1 for mistakes in schemas/, and for anything out of step
 */
export function generate(root: string, check: boolean, print: (line: string) => void): 0 | 1 {
  const { problems, changes } = generation(root);
  for (const problem of problems) print(problem);
  if (problems.length > 0) return 1;
  if (check) {
    for (const { path } of changes) print(`${path} does not match schemas/: run \`npm run generate\` and commit it.`);
    return changes.length > 0 ? 1 : 0;
  }
  apply(root, changes);
  for (const { path, text } of changes) print(`${text === undefined ? 'deleted' : 'wrote'} ${path}`);
  if (changes.length === 0) print('Everything generated matches schemas/ already.');
  return 0;
}
