import { dirname, resolve } from 'node:path';
import { providerNames } from '@switchboard/providers';
import { ConfigError, Secret, Variable } from '@switchboard/service';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { type Document, parseDocument } from 'yaml';

export const MIB = 1_048_576;

/** A colon separates the tenant from the id in keys, so neither name may hold one. */
export const NAME = '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$';

export const SourceEntry = Type.Object(
  {
    tenant: Type.String({ pattern: NAME }),
    scheme: Type.Enum([...providerNames]),
    onlyIf: Type.Optional(Variable),
    secrets: Type.Optional(Type.Array(Secret, { minItems: 1, maxItems: 10 })),
    publicUrl: Type.Optional(Type.String({ pattern: '^https?://[^?#]+$' })),
    requireTimestamp: Type.Optional(Type.Boolean()),
    insecureSecrets: Type.Optional(Type.Boolean()),
    /** Names for event types: short for `mapping: { names: … }`. */
    events: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** A mapping, or `file`: where it is. */
    mapping: Type.Optional(Type.Object({}, { additionalProperties: true })),
    allow: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    rate: Type.Optional(Type.Number({ minimum: 0 })),
    repeatSeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 86_400 })),
    burst: Type.Optional(Type.Number({ minimum: 1 })),
    maxBytes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1.5 * MIB })),
  },
  // Checked against the settings of the provider.
  { additionalProperties: true },
);

/** How many events a second a tenant may send, over all its sources and all instances. */
const TenantEntry = Type.Object(
  {
    rate: Type.Number({ minimum: 0, maximum: 1_000_000 }),
    burst: Type.Optional(Type.Number({ minimum: 1, maximum: 100_000_000 })),
  },
  { additionalProperties: false },
);

const FileForm = Type.Object(
  {
    sources: Type.Record(Type.String(), SourceEntry),
    tenants: Type.Optional(Type.Record(Type.String({ pattern: NAME }), TenantEntry, { additionalProperties: false })),
  },
  { additionalProperties: false },
);

export type Entry = Static<typeof SourceEntry>;

/** The sources file, understood but for what it names: secrets and mappings. */
export interface SourcesFile {
  readonly path: string;
  readonly text: string;
  readonly document: Document.Parsed;
  readonly entries: Readonly<Record<string, Entry>>;
  readonly tenants: Readonly<Record<string, Static<typeof TenantEntry>>>;
}

/** @throws ConfigError naming every problem at once; it does not quote the file, which may hold a misplaced secret. */
export function parseSources(text: string, path: string): SourcesFile {
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw new ConfigError(document.errors.map(({ message }) => `${path}: ${message.split('\n')[0]}`));
  }
  const file: unknown = document.toJS();
  if (Value.Check(FileForm, file)) {
    return { path, text, document, entries: file.sources, tenants: file.tenants ?? {} };
  }
  const problems = Value.Errors(FileForm, file).map(
    ({ instancePath, message, params }) => `${path}: ${instancePath || '/'} ${message}${named(params)}`,
  );
  throw new ConfigError(problems);
}

export const named = (params: object): string => {
  const { additionalProperties, allowedValues } = params as Record<string, unknown>;
  const names = additionalProperties ?? allowedValues;
  return Array.isArray(names) ? `: ${names.join(', ')}` : '';
};

/** The files that secrets and mappings come from; relative paths start at the folder of the sources file. */
export const namedFiles = ({ entries, path }: SourcesFile): string[] =>
  Object.values(entries).flatMap(({ secrets = [], mapping }) => {
    const files = [...secrets, ...(mapping === undefined ? [] : [mapping])];
    return files.flatMap((named) => (isFile(named) ? [resolve(dirname(path), named.file)] : []));
  });

const isFile = (named: object): named is { file: string } => 'file' in named && typeof named.file === 'string';

/** Reports a problem of a source: where in its entry, and what. */
export type Complain = (where: string, what: string) => void;
