import { readFile } from 'node:fs/promises';
import { readDeployConfig } from '@switchboard/deploy/config';
import { localSourceVariables } from '@switchboard/deploy/local-sources';
import { parseSources, resolveSources, type Source, type SourcesFile } from '@switchboard/ingest/sources';
import { type Environment, readSecret } from '@switchboard/service';
import { UsageError } from '@switchboard/service/command-line';

/** A sources file, with the variables that it names. */
export interface KnownSources {
  readonly file: SourcesFile;
  readonly variables: Environment;
}

export interface NamedSource extends Source {
  readonly requireTimestamp: boolean;
  /** The texts of its secrets. */
  readonly secrets: readonly string[];
}

/** Reads SOURCES_FILE, default that of `npm start`, with the variables that `npm start` sets. @throws UsageError or ConfigError */
export async function readSourcesFile(variables: Environment): Promise<KnownSources> {
  const config = readDeployConfig(variables);
  const path = config.SOURCES_FILE;
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`The sources file ${path} cannot be read (${error.code}).`);
  });
  return { file: parseSources(text, path), variables: { ...(await localSourceVariables(config)), ...variables } };
}

/** Resolves one source alone: the others may lack their variables here. @throws UsageError or ConfigError */
export async function namedSource(name: string, known: KnownSources): Promise<NamedSource> {
  const { file, variables } = known;
  const entry = Object.hasOwn(file.entries, name) ? file.entries[name] : undefined;
  if (entry === undefined) throw new UsageError(`The sources file has no source ${name}.`);
  if (entry.scheme === 'api') throw new UsageError(`${name} is a client of POST /v1/events, which signs nothing.`);
  const source = (await resolveSources({ ...file, entries: { [name]: entry } }, variables)).get(name);
  if (source === undefined) throw new UsageError(`${name} is left out: its variable ${entry.onlyIf?.env} is not set.`);
  return { ...source, requireTimestamp: entry.requireTimestamp ?? false, secrets: await secretsOf(name, known) };
}

/** The texts of the secrets that can be read. */
export async function secretsOf(name: string, { file, variables }: KnownSources): Promise<string[]> {
  const texts = (file.entries[name]?.secrets ?? []).map((secret) => readSecret(secret, file.path, variables, () => {}));
  return (await Promise.all(texts)).filter((text) => text !== undefined);
}
