import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  type CompiledMapping,
  compileMapping,
  MappingError,
  type MappingFile,
  type Provider,
  placeInFile,
  readMapping,
} from '@switchboard/providers';
import { parseDocument } from 'yaml';
import type { SourcesFile } from './sources-file.ts';

interface Named {
  file: SourcesFile;
  /** Of the source. */
  name: string;
  entry: { readonly events?: Readonly<Record<string, string>>; readonly mapping?: object };
  provider: Provider;
  complain(where: string, what: string): void;
}

/** The mapping of a source: its own names and rules, then those of its provider. Undefined after a complaint. */
export async function createMapping({
  file,
  name,
  entry,
  provider,
  complain,
}: Named): Promise<CompiledMapping | undefined> {
  const headers = provider.mappedHeaders;
  const { events, mapping: own } = entry;
  if (own === undefined) {
    if (events === undefined) return compiledOf(provider);
    return compile(
      { names: events },
      { document: file.document, text: file.text, prefix: ['sources', name, 'events'] },
    );
  }
  const path = 'file' in own && typeof own.file === 'string' ? resolve(dirname(file.path), own.file) : undefined;
  if (path === undefined) {
    const prefix = ['sources', name, 'mapping'];
    return compile(withNames(own, events), { document: file.document, text: file.text, prefix });
  }
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    complain('/mapping', `cannot be read: ${path} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
    return undefined;
  }
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken !== undefined) {
    complain('/mapping', `${path}: ${broken.message.split('\n')[0]}`);
    return undefined;
  }
  return compile(withNames(document.toJS() as object, events), { document, text, prefix: [] }, path);

  function compile(value: unknown, where: MappingFile, other?: string): CompiledMapping | undefined {
    try {
      return compileMapping(readMapping(value, provider.mapping), { headers });
    } catch (error) {
      if (!(error instanceof MappingError)) throw error;
      for (const problem of error.problems) {
        const at = where.prefix.at(-1) === 'events' && problem.at[0] === 'names' ? problem.at.slice(1) : problem.at;
        const { line, column } = placeInFile({ ...problem, at }, where);
        const place = `${other === undefined ? '' : `${other}, `}line ${line}, column ${column}`;
        const part = where.prefix.at(-1) === 'events' ? 'events' : 'mapping';
        complain(`/${[part, ...at].join('/')}`, `(${place}) ${problem.message}`);
      }
      return undefined;
    }
  }
}

/** `events` of the source is short for the names of its mapping. */
const withNames = (own: object, events: Readonly<Record<string, string>> | undefined): object =>
  events === undefined ? own : { ...own, names: { ...events, ...('names' in own ? (own.names as object) : {}) } };

const compiled = new WeakMap<Provider, CompiledMapping>();

/** Most sources have no mapping of their own and share that of their provider. */
function compiledOf(provider: Provider): CompiledMapping {
  const known = compiled.get(provider) ?? compileMapping(provider.mapping, { headers: provider.mappedHeaders });
  compiled.set(provider, known);
  return known;
}
