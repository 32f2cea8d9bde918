import { type AvroEnum, type AvroRecord, type AvroSchema, fullName, isUnion, nullableOf } from '../src/avro-schema.ts';

/** An event type with its compiled schema. */
export interface CompiledEvent {
  readonly type: string;
  readonly topic: string;
  readonly keyFields: readonly string[];
  readonly schema: AvroRecord;
  readonly example: unknown;
  readonly internal: boolean;
}

const banner = '// Generated from schemas/ by `npm run generate`. Do not edit.\n';

/** The unformatted generated modules, by path in src/generated/. */
export function modulesOf(events: readonly CompiledEvent[]): Map<string, string> {
  const modules = new Map<string, string>();
  for (const [domain, types] of typesByDomain(events)) modules.set(`types/${domain}.ts`, typesModule(domain, types));
  for (const event of events) modules.set(`events/${fileName(event.type)}.ts`, eventModule(event));
  modules.set('catalogue.ts', catalogueModule(events));
  return modules;
}

type NamedType = AvroRecord | AvroEnum;

function typesByDomain(events: readonly CompiledEvent[]): Map<string, NamedType[]> {
  const seen = new Set<string>();
  const domains = new Map<string, NamedType[]>();
  function visit(schema: AvroSchema): void {
    if (typeof schema === 'string') return;
    if (isUnion(schema)) {
      for (const branch of schema) visit(branch);
    } else if (schema.type === 'array') visit(schema.items);
    else if (schema.type === 'map') visit(schema.values);
    else if (schema.type === 'record' || schema.type === 'enum') visitNamed(schema);
  }
  function visitNamed(type: NamedType): void {
    const domain = domainOf(fullName(type));
    if (!seen.has(fullName(type))) domains.set(domain, [...(domains.get(domain) ?? []), type]);
    seen.add(fullName(type));
    if (type.type === 'record') for (const field of type.fields) visit(field.type);
  }
  for (const event of events) visit(event.schema);
  return domains;
}

/** The domain of a full name: `switchboard.chat.Customer` → `chat`, and `shared` for files directly in schemas/. */
const domainOf = (full: string): string => full.split('.').slice(1, -1).join('-') || 'shared';
const shortName = (full: string): string => full.slice(full.lastIndexOf('.') + 1);
const fileName = (type: string): string => type.replaceAll('.', '-');
const constantName = (type: string): string => type.replace(/\.(.)/g, (_, letter: string) => letter.toUpperCase());

function typesModule(domain: string, types: readonly NamedType[]): string {
  const imports = new Set<string>();
  const declarations = types.map((type) =>
    type.type === 'enum'
      ? `${comment(type.doc)}\nexport type ${type.name} = ${type.symbols.map((symbol) => `'${symbol}'`).join(' | ')};\n`
      : `${comment(type.doc)}\nexport interface ${type.name} {\n${type.fields
          .filter((field) => field.name !== 'meta' || !isEventMeta(field.type))
          .map((field) => `  ${comment(field.doc)}\n  ${field.name}: ${typeText(field.type, domain, imports)};\n`)
          .join('')}}\n`,
  );
  return [banner, ...importLines(imports, '.'), ...declarations].join('\n');
}

const comment = (doc = ''): string => `/** ${doc.replaceAll('*/', '*\\/')} */`;

const isEventMeta = (type: AvroSchema): boolean =>
  typeof type === 'string'
    ? type === 'switchboard.EventMeta'
    : 'name' in type && fullName(type) === 'switchboard.EventMeta';

/** The TypeScript for a schema. Adds types of other domains to `imports` as `domain/Name`. */
function typeText(schema: AvroSchema, domain: string, imports: Set<string>): string {
  const nullable = nullableOf(schema);
  if (nullable !== undefined) return `${typeText(nullable, domain, imports)} | null`;
  if (typeof schema === 'string') {
    if (schema === 'string' || schema === 'boolean') return schema;
    return schema.includes('.') ? nameText(schema, domain, imports) : 'number';
  }
  if (isUnion(schema)) throw new TypeError('The only union is the nullable one.');
  switch (schema.type) {
    case 'array':
      return `${typeText(schema.items, domain, imports)}[]`;
    case 'map':
      return `Record<string, ${typeText(schema.values, domain, imports)}>`;
    case 'record':
    case 'enum':
      return nameText(fullName(schema), domain, imports);
    default:
      return typeText(schema.type, domain, imports);
  }
}

function nameText(full: string, domain: string, imports: Set<string>): string {
  if (domainOf(full) !== domain) imports.add(`${domainOf(full)}/${shortName(full)}`);
  return shortName(full);
}

function importLines(imports: ReadonlySet<string>, directory: string): string[] {
  const byDomain = Map.groupBy([...imports].sort(), (entry) => entry.split('/')[0] ?? '');
  return [...byDomain].map(
    ([domain, entries]) =>
      `import type { ${entries.map((entry) => entry.split('/')[1]).join(', ')} } from '${directory}/${domain}.ts';\n`,
  );
}

function eventModule({ schema, example }: CompiledEvent): string {
  return `${banner}
import type { AvroRecord } from '../../avro-schema.ts';

export const schema: AvroRecord = ${literal(schema)};

export const example: Readonly<Record<string, unknown>> = ${literal(example)};
`;
}

function catalogueModule(events: readonly CompiledEvent[]): string {
  const types = new Set(events.map(({ schema }) => `${domainOf(fullName(schema))}/${schema.name}`));
  const domains = [...typesByDomain(events).keys()].sort();
  const modules = events.map(({ type }) => `import * as ${constantName(type)} from './events/${fileName(type)}.ts';`);
  const entries = events.map(({ type, topic, keyFields, schema, internal }) => {
    const recordName = fullName(schema);
    const [keyField] = keyFields;
    const plain = { type, topic, keyField, keyFields, recordName, subject: `${topic}-${recordName}`, internal };
    return `'${type}': { ...${constantName(type)}, ${literal(plain).slice(1)}`;
  });
  return [
    banner,
    `${modules.sort().join('\n')}\n${importLines(types, './types').join('')}`,
    domains.map((domain) => `export type * from './types/${domain}.ts';\n`).join(''),
    `/** The fields of each event type, without \`meta\`. */\nexport interface FieldsByType {\n${events
      .map(({ type, schema }) => `'${type}': ${schema.name};`)
      .join('\n')}\n}\n`,
    `export const entries = {\n${entries.join(',\n')}\n} as const;\n`,
  ].join('\n');
}

/** JSON as a TypeScript literal. Quotes `__proto__`, which has a special meaning in a literal. */
const literal = (value: unknown): string => JSON.stringify(value, null, 2).replaceAll('"__proto__":', '["__proto__"]:');
