import { isObject, isSchemaPath, type SchemaFolder } from './schema-folder.ts';

/** The types that files of schemas/ define, by full name. */
export type Definitions = ReadonlyMap<string, { readonly path: string; readonly schema: Record<string, unknown> }>;

/** The namespace of what lies in schemas/ itself; a domain's types have its name behind it. */
export const rootNamespace = 'switchboard';

/** The name that a schema file's place gives it: chat/Customer.avsc is switchboard.chat.Customer. */
export const fullNameOf = (path: string): string =>
  `${rootNamespace}.${path.slice(0, -'.avsc'.length).replaceAll('/', '.')}`;

/** Indexes the schema files; one that is not called as its place says becomes a sentence in `problems`. */
export function definitionsOf(folder: SchemaFolder, problems: string[]): Definitions {
  const definitions = new Map<string, { path: string; schema: Record<string, unknown> }>();
  for (const [path, schema] of folder) {
    if (!isSchemaPath(path)) continue;
    if (path.split('/').length > 2) {
      problems.push(`schemas/${path} lies too deep: a schema is schemas/<domain>/<Name>.avsc.`);
      continue;
    }
    const full = fullNameOf(path);
    const name = full.slice(full.lastIndexOf('.') + 1);
    const namespace = full.slice(0, full.lastIndexOf('.'));
    if (isObject(schema) && schema.name === name && schema.namespace === namespace) {
      definitions.set(full, { path, schema });
    } else {
      problems.push(`schemas/${path} must have "name": "${name}" and "namespace": "${namespace}".`);
    }
  }
  return definitions;
}
