import { apply, generation } from './generation.ts';

/**
 * Generates the code for schemas/ in the repository at `root`. With `check`, only names the files that are out of date.
 * @returns the exit code: 1 if schemas/ has mistakes or a file is out of date
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
  if (changes.length === 0) print('All generated files match schemas/.');
  return 0;
}
