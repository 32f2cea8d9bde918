import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { biomeFormat } from './biome-format.ts';
import { planOf } from './plan.ts';
import { readSchemaFolder } from './schemas/schema-folder.ts';

/** A generated file that is out of date. Without text, it should be deleted. */
export interface Change {
  /** The file's path in the repository. */
  readonly path: string;
  readonly text: string | undefined;
}

const generated = 'packages/events/src/generated';

/** The changes that `generate` would make in the repository at `root`, or the mistakes in schemas/. */
export function generation(root: string): { problems: readonly string[]; changes: Change[] } {
  const folder = readSchemaFolder(join(root, 'schemas'));
  if ('problems' in folder) return { problems: folder.problems, changes: [] };
  const plan = planOf(folder);
  if ('problems' in plan) return { problems: plan.problems, changes: [] };
  const modules = biomeFormat(plan.modules);
  const wanted = [
    ...[...modules].map(([path, text]) => ({ path: `${generated}/${path}`, text })),
    ...[...plan.versions].map(([path, text]) => ({ path: `schemas/${path}`, text })),
  ];
  const superfluous = filesIn(join(root, generated)).filter((path) => !modules.has(path));
  return {
    problems: [],
    changes: [
      ...wanted.filter(({ path, text }) => contentOf(join(root, path)) !== text),
      ...superfluous.map((path) => ({ path: `${generated}/${path}`, text: undefined })),
    ],
  };
}

export function apply(root: string, changes: readonly Change[]): void {
  for (const { path, text } of changes) {
    const file = join(root, path);
    if (text === undefined) rmSync(file);
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
}

const contentOf = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);

const filesIn = (directory: string): string[] =>
  existsSync(directory)
    ? readdirSync(directory, { recursive: true, encoding: 'utf8' })
        .map((path) => path.split(sep).join('/'))
        .filter((path) => path.endsWith('.ts'))
    : [];
