import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** The parsed files of schemas/ by their path in it, with `/`, sorted. */
export type SchemaFolder = ReadonlyMap<string, unknown>;

/** Reads every .avsc and .json file in it, or says which are no JSON. */
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

/** The kept versions of each event schema, oldest first, by the path of the schema they belong to. */
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

/** Files among the kept versions that are called otherwise, and would count for nothing. */
export const misnamedVersions = (folder: SchemaFolder): string[] =>
  [...folder.keys()].filter((path) => path.includes('/versions/') && !versionPath.test(path));

/** The .avsc files that people write: events and shared types. */
export const isSchemaPath = (path: string): boolean => path.endsWith('.avsc') && !path.includes('/versions/');

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
