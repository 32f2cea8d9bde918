import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMapping } from '@switchboard/ingest/mapping';
import { parseSources } from '@switchboard/ingest/sources';
import { type CompiledMapping, compileMapping, type Provider, providers } from '@switchboard/providers';
import { ConfigError } from '@switchboard/service';
import { UsageError } from '@switchboard/service/command-line';

/** A mapping with what it belongs to. */
export interface Mapped {
  readonly name: string;
  readonly provider: Provider;
  readonly mapping: CompiledMapping;
}

interface Choice {
  readonly source?: string | undefined;
  readonly file?: string | undefined;
  readonly provider?: string | undefined;
}

/**
 * The mapping of a source, whose secrets are not needed, or of a provider.
 * @throws UsageError, ConfigError
 */
export async function loadMapped(
  { source, file, provider }: Choice,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Mapped> {
  if (provider !== undefined) {
    if (source !== undefined) throw new UsageError('Give --source or --provider, not both.');
    const known: Provider | undefined = Object.hasOwn(providers, provider)
      ? providers[provider as keyof typeof providers]
      : undefined;
    if (known === undefined) {
      throw new UsageError(`There is no provider ${provider}; there are ${Object.keys(providers).join(', ')}.`);
    }
    return {
      name: provider,
      provider: known,
      mapping: compileMapping(known.mapping, { headers: known.mappedHeaders }),
    };
  }
  const path = file ?? (variables.SOURCES_FILE || join(import.meta.dirname, '../../local/sources.yaml'));
  const sources = parseSources(await readText(path), path);
  const names = Object.keys(sources.entries);
  if (source === undefined) throw new UsageError(`Name a source by --source; there are ${names.join(', ')}.`);
  const entry = Object.hasOwn(sources.entries, source) ? sources.entries[source] : undefined;
  if (entry === undefined) throw new UsageError(`There is no source ${source}; there are ${names.join(', ')}.`);
  const problems: string[] = [];
  const complain = (where: string, what: string): void => {
    problems.push(`${path}: /sources/${source}${where} ${what}`);
  };
  const known: Provider = providers[entry.scheme];
  const mapping = await createMapping({ file: sources, name: source, entry, provider: known, complain });
  if (mapping === undefined) throw new ConfigError(problems);
  return { name: source, provider: known, mapping };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`The sources file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
