import { glob } from 'node:fs/promises';
import { join, sep } from 'node:path';

const root = join(import.meta.dirname, '../..');
const FOLDERS = '{packages,services,catalogue,sandbox,local,cli,deploy,tests,bench}';
/** They start clusters of their own, break them, and want the machine for themselves. */
const HEAVY = /faults\.test\.ts$/;
/** They know TEST_SIZE: what they prove is worth proving for longer. */
const SIZED =
  /faults\.test\.ts$|^tests\/(consume|flow)\/|\/(crash|fifty-tenants|waiting-order)\.test\.ts$|^services\/notifier\/src\/outage\.test\.ts$/;

export interface Selection {
  /** Parts of paths, of which a file must have one; none takes all. */
  filters: readonly string[];
  /** Only those that have a full size. */
  sized: boolean;
}

export interface TestFiles {
  /** May run beside each other. */
  readonly light: readonly string[];
  /** Run one at a time. */
  readonly heavy: readonly string[];
}

export async function findTestFiles({ filters, sized }: Selection): Promise<TestFiles> {
  const found: string[] = [];
  const exclude = (path: string): boolean => path.split(sep).includes('node_modules');
  for await (const file of glob(`${FOLDERS}/**/*.test.ts`, { cwd: root, exclude })) found.push(file);
  const wanted = found
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter.replace(/^\.\//, ''))))
    .filter((file) => !sized || SIZED.test(file))
    .sort();
  const { light = [], heavy = [] } = Object.groupBy(wanted, (file) => (HEAVY.test(file) ? 'heavy' : 'light'));
  const complete = (files: readonly string[]): string[] => files.map((file) => join(root, file));
  return { light: complete(fromBothEnds(light)), heavy: complete(heavy) };
}

/** The last, the first, the last but one, … Starts the long files, in tests/ and services/, early and beside short ones. */
function fromBothEnds(files: readonly string[]): string[] {
  const half = Math.ceil(files.length / 2);
  return files
    .slice(-half)
    .toReversed()
    .flatMap((file, index) => [file, ...files.slice(0, -half).slice(index, index + 1)]);
}
