import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { DefinitionProblem, Keys } from '@switchboard/expressions/definition';
import { ConfigError, type Environment, readNamedFile, readSecret } from '@switchboard/service';
import { readAuth, type SecretPlace } from './auth-form.ts';
import { type Connection, EVERY_TENANT } from './connection.ts';
import { type ConnectionsFile, type Entry, parseConnections } from './connections-file.ts';
import type { Kinds } from './kind.ts';

export interface Reading {
  /** By tenant; a tenant whose `none` entry is the only one of a role has no connection of that role. */
  readonly tenants: ReadonlyMap<string, readonly (Connection | Pick<Entry, 'role'>)[]>;
  /** For the next reading, which parses only files that have changed. */
  readonly files: ReadonlyMap<string, ConnectionsFile>;
}

interface Place {
  /** A file, or a folder of files. */
  readonly path: string;
  readonly kinds: Kinds;
  readonly environment: Environment;
  /** Called for each file and folder before it is read. */
  follow(path: string): Promise<void>;
  readonly known: Reading['files'];
}

/** Secrets may be as many files; so many are read at a time. */
const AT_A_TIME = 64;

/** @throws ConfigError naming everything that is wrong, with file, line and column */
export async function readConnections({ path, kinds, environment, follow, known }: Place): Promise<Reading> {
  const files = new Map<string, ConnectionsFile>();
  const problems: string[] = [];
  const paths = await filesAt(path, follow);
  for (const one of paths) {
    await follow(one);
    const text = await readNamedFile(one, 'The connections file');
    const before = known.get(one);
    files.set(one, before?.text === text ? before : parseConnections(text, one, kinds));
  }
  const tenants = new Map<string, (Connection | Pick<Entry, 'role'>)[]>();
  const origins = new Map<string, string>();
  for (const file of files.values()) {
    const wrong: DefinitionProblem[] = [...file.problems];
    for (let start = 0; start < file.entries.length; start += AT_A_TIME) {
      const some = file.entries.slice(start, start + AT_A_TIME);
      const read = await Promise.all(some.map((entry) => readEntry(entry, file.path, wrong)));
      for (const [index, { tenant, name, role }] of some.entries()) {
        const other = origins.get(`${tenant}/${name}`);
        if (other !== undefined) {
          wrong.push({ at: ['connections', tenant, name], message: `is also in ${other}: keep one of them` });
        }
        origins.set(`${tenant}/${name}`, file.path);
        if (kinds[role] === undefined) continue;
        const held = tenants.get(tenant) ?? [];
        held.push(read[index] ?? { role });
        tenants.set(tenant, held);
      }
    }
    if (wrong.length > 0) problems.push(...file.describe(wrong));
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { tenants, files };

  async function readEntry(entry: Entry, file: string, wrong: DefinitionProblem[]): Promise<Connection | undefined> {
    const { tenant, name, role, kind, settings = {}, rate, concurrency } = entry;
    const system = kinds[role]?.[kind];
    if (system === undefined) return undefined;
    const at: Keys = ['connections', tenant, name];
    const complain = (where: Keys, message: string): void => void wrong.push({ at: where, message });
    const url = entry.url ?? system.url ?? '';
    const read = async (secret: SecretPlace, where: Keys): Promise<string | undefined> => {
      if ('file' in secret) await follow(resolve(dirname(file), secret.file));
      return readSecret(secret, file, environment, (what) => complain(where, what));
    };
    const auth =
      entry.auth &&
      (await readAuth(entry.auth, {
        baseUrl: url,
        ...(system.authDefaults && { defaults: system.authDefaults }),
        at: [...at, 'auth'],
        read,
        complain,
      }));
    return {
      ...(tenant === EVERY_TENANT ? { name, tenant: undefined } : { name: `${tenant}/${name}`, tenant }),
      role,
      kind,
      url,
      auth,
      settings: Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)])),
      ...(rate !== undefined && { ratePerSecond: rate }),
      ...(concurrency !== undefined && { concurrency }),
    };
  }
}

/** The file, or the YAML and JSON files of the folder; Kubernetes keeps others there whose names begin with a dot. */
async function filesAt(path: string, follow: Place['follow']): Promise<string[]> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return [path];
  await follow(path);
  const names = await readdir(path);
  return names
    .filter((name) => /^[^.].*\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(path, name));
}
