import { globSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

export const root = join(import.meta.dirname, '../..');

const IGNORED = new Set(['node_modules', '.git', '.local', '.turbo', 'target']);

/** The repository's files that match, by path from its root. */
export const filesOf = (pattern: string): string[] =>
  globSync(pattern, { cwd: root, exclude: (path) => path.split(sep).some((name) => IGNORED.has(name)) }).sort();

export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

export interface Manifest {
  name: string;
  scripts: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

export const manifestOf = (folder: string): Manifest => JSON.parse(textOf(join(folder, 'package.json'))) as Manifest;

/** The folders of the workspace's packages, without the root's. */
export const packageFolders = filesOf('*/**/package.json').map(dirname);

/** The folder of a file's package. */
export const packageOf = (file: string): string | undefined =>
  packageFolders.filter((folder) => file.startsWith(`${folder}/`)).sort((one, other) => other.length - one.length)[0];
