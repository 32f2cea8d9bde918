import { isObject, isSchemaPath, type SchemaFolder } from './schema-folder.ts';

/** The types defined in schemas/, by full name. */
export type Definitions = ReadonlyMap<string, { readonly path: string; readonly schema: Record<string, unknown> }>;

/** The namespace of files directly in schemas/. A domain's types append the domain's name. */
export const rootNamespace = 'switchboard';

/** The full name that a schema file's path implies: chat/Customer.avsc is switchboard.chat.Customer. */
export const fullNameOf = (path: string): string =>
  `${rootNamespace}.${path.slice(0, -'.avsc'.length).replaceAll('/', '.')}`;

/** Indexes the schema files. Adds a sentence to `problems` for each file whose name does not match its path. */
export function definitionsOf(folder: SchemaFolder, problems: string[]): Definitions {
  const definitions = new Map<string, { path: string; schema: Record<string, unknown> }>();
  for (const [path, schema] of folder) {
    if (!isSchemaPath(path)) continue;
    if (path.split('/').length > 2) {
      problems.push(`schemas/${path} is nested too deeply: move it to schemas/<domain>/<Name>.avsc.`);
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
