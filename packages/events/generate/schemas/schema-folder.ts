import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** The parsed files of schemas/, sorted by path, with `/` as the separator. */
export type SchemaFolder = ReadonlyMap<string, unknown>;

/** Reads every .avsc and .json file. Adds a sentence to `problems` for each file that is not JSON. */
export function readSchemaFolder(directory: string): SchemaFolder | { readonly problems: readonly string[] } {
  const folder = new Map<string, unknown>();
  const problems: string[] = [];
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => /\.(avsc|json)$/.test(path))
    .sort();
  for (const path of paths) {
    try {
      folder.set(path, JSON.parse(readFileSync(join(directory, path), 'utf8')));
    } catch (error) {
      problems.push(`schemas/${path} is not JSON: ${(error as Error).message}.`);
    }
  }
  return problems.length > 0 ? { problems } : folder;
}

const versionPath = /^([^/]+)\/versions\/([^/]+)\.([1-9]\d*)\.avsc$/;

export interface KeptVersion {
  readonly path: string;
  readonly number: number;
  readonly schema: unknown;
}

/** The kept versions of each event schema, oldest first, by the schema's path. */
export function keptVersions(folder: SchemaFolder): Map<string, KeptVersion[]> {
  const kept = new Map<string, KeptVersion[]>();
  for (const [path, schema] of folder) {
    const [, domain, name, number] = versionPath.exec(path) ?? [];
    if (number === undefined) continue;
    const versions = kept.get(`${domain}/${name}.avsc`) ?? [];
    versions.push({ path, number: Number(number), schema });
    kept.set(`${domain}/${name}.avsc`, versions);
  }
  for (const versions of kept.values()) versions.sort((a, b) => a.number - b.number);
  return kept;
}

/** Files in the version folders whose names do not match the pattern and would be ignored. */
export const misnamedVersions = (folder: SchemaFolder): string[] =>
  [...folder.keys()].filter((path) => path.includes('/versions/') && !versionPath.test(path));

/** The .avsc files written by hand: events and shared types. */
export const isSchemaPath = (path: string): boolean => path.endsWith('.avsc') && !path.includes('/versions/');

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
