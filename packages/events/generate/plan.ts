import { isDeepStrictEqual } from 'node:util';
import type { AvroRecord } from '../src/avro-schema.ts';
import { evolutionProblems } from './evolution/evolution.ts';
import { type DeclaredEvent, declaredEvents } from './schemas/catalogue-entries.ts';
import { type Definitions, definitionsOf, fullNameOf } from './schemas/definitions.ts';
import { eventProblems } from './schemas/event-rules.ts';
import { SchemaCompiler } from './schemas/schema-compiler.ts';
import { type KeptVersion, keptVersions, misnamedVersions, type SchemaFolder } from './schemas/schema-folder.ts';
import { type CompiledEvent, modulesOf } from './typescript.ts';

/** The files that `generate` would write. */
export interface Plan {
  /** The unformatted TypeScript modules, by path in src/generated/. */
  readonly modules: ReadonlyMap<string, string>;
  /** The new schema versions to keep, by path in schemas/. */
  readonly versions: ReadonlyMap<string, string>;
}

/** Plans the generated files, or lists every mistake in schemas/, one sentence each. */
export function planOf(folder: SchemaFolder): Plan | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const definitions = definitionsOf(folder, problems);
  const declared = declaredEvents(folder, problems);
  const kept = keptVersions(folder);
  const compiler = new SchemaCompiler(definitions, problems);
  const events: CompiledEvent[] = [];
  const versions = new Map<string, string>();
  for (const event of declared) {
    const schema = definitions.has(fullNameOf(event.schema)) && compiler.compile(fullNameOf(event.schema));
    if (!schema) continue;
    const example = folder.get(event.example);
    const earlier = kept.get(event.schema) ?? [];
    problems.push(...eventProblems(event, schema, example), ...evolutionProblems(event.schema, schema, earlier));
    const version = nextVersion(event.schema, schema, earlier);
    if (version !== undefined) versions.set(version, `${JSON.stringify(schema, null, 2)}\n`);
    events.push({ ...event, schema, example });
  }
  problems.push(...strayProblems(declared, definitions, compiler.used, kept));
  for (const path of misnamedVersions(folder)) problems.push(`schemas/${path} must be called <Name>.<number>.avsc.`);
  // A mistake in a shared type appears in every event that contains it.
  return problems.length > 0 ? { problems: [...new Set(problems)] } : { modules: modulesOf(events), versions };
}

function nextVersion(path: string, schema: AvroRecord, kept: readonly KeptVersion[]): string | undefined {
  const newest = kept.at(-1);
  if (isDeepStrictEqual(newest?.schema, schema)) return undefined;
  const [domain, file = ''] = path.split('/');
  return `${domain}/versions/${file.replace(/avsc$/, `${(newest?.number ?? 0) + 1}.avsc`)}`;
}

/** Unused files: a schema without a catalogue entry, or the versions of a removed event. */
function strayProblems(
  declared: readonly DeclaredEvent[],
  definitions: Definitions,
  used: ReadonlySet<string>,
  kept: ReadonlyMap<string, readonly KeptVersion[]>,
): string[] {
  const schemas = new Set(declared.map((event) => event.schema));
  const unused = [...definitions].filter(([name, { path }]) => !used.has(name) && !schemas.has(path));
  const orphans = [...kept].filter(([path]) => !schemas.has(path));
  return [
    ...unused.map(
      ([, { path }]) =>
        `schemas/${path} is in no entry of schemas/catalogue.json and in no event: add an entry, or delete it.`,
    ),
    ...orphans.map(
      ([path, versions]) =>
        `schemas/${path} is no longer an event of schemas/catalogue.json, but ${versions.length} of its versions are ` +
        'kept: restore it, or delete them if none of its events remain.',
    ),
  ];
}
