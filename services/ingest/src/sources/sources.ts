import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  type CompiledMapping,
  type Provider,
  type ProviderName,
  providerNames,
  providers,
  type Verify,
} from '@switchboard/providers';
import { ConfigError } from '@switchboard/service';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { type Document, parseDocument } from 'yaml';
import { digestOf, isApiKey } from '../api/api-keys.ts';
import { type ApiKey, typesOf } from '../api/clients.ts';
import { type AddressList, createAddressList } from '../http/address-list.ts';
import type { Rate } from '../http/rate-limiter.ts';
import { createMapping } from './source-mapping.ts';

/** One sender, as the sources file describes it. */
export interface Source {
  name: string;
  tenant: string;
  scheme: ProviderName;
  provider: Provider;
  /** What the file says for its provider only. */
  settings: Settings;
  verify: Verify;
  /** The keys of its API client, if it has one. */
  apiKeys: readonly ApiKey[];
  /** The address that the vendor calls, without a query. */
  publicUrl: string | undefined;
  /** Its secrets may be short: for development only. */
  hasInsecureSecrets: boolean;
  /** What its items mean. */
  mapping: CompiledMapping;
  allow: AddressList | undefined;
  rate: Rate | undefined;
  /** How long an equal body without an id and a time is a repeat. */
  repeatMs: number;
  maxBytes: number;
}

export type Sources = ReadonlyMap<string, Source>;

type Settings = Readonly<Record<string, unknown>>;

const MIB = 1_048_576;

/** As for API keys. With one captured request, a shorter secret can be guessed offline. */
const LEAST_SECRET = 16;

const Variable = Type.Object({ env: Type.String({ minLength: 1 }) }, { additionalProperties: false });

const Secret = Type.Union([
  Variable,
  Type.Object({ file: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
]);

/** A colon separates the tenant from the id in keys, so neither name may hold one. */
const NAME = '^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$';

const SourceEntry = Type.Object(
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

const FileForm = Type.Object({ sources: Type.Record(Type.String(), SourceEntry) }, { additionalProperties: false });

type Entry = Static<typeof SourceEntry>;
type Environment = Readonly<Record<string, string | undefined>>;

/** The sources file, understood but for what it names: secrets and mappings. */
export interface SourcesFile {
  readonly path: string;
  readonly text: string;
  readonly document: Document.Parsed;
  readonly entries: Readonly<Record<string, Entry>>;
}

/** @throws ConfigError naming every problem at once; it does not quote the file, which may hold a misplaced secret. */
export function parseSources(text: string, path: string): SourcesFile {
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw new ConfigError(document.errors.map(({ message }) => `${path}: ${message.split('\n')[0]}`));
  }
  const file: unknown = document.toJS();
  if (Value.Check(FileForm, file)) return { path, text, document, entries: file.sources };
  const problems = Value.Errors(FileForm, file).map(
    ({ instancePath, message, params }) => `${path}: ${instancePath || '/'} ${message}${named(params)}`,
  );
  throw new ConfigError(problems);
}

const named = (params: object): string => {
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

/**
 * Reads the secrets and mappings, and resolves what the entries name.
 * @throws ConfigError naming every problem at once, and no value of a secret.
 */
export async function resolveSources(file: SourcesFile, environment: Environment): Promise<Sources> {
  const { entries, path } = file;
  const problems: string[] = [];
  const sources = new Map<string, Source>();
  for (const [name, entry] of Object.entries(entries)) {
    const complain = (where: string, what: string): void => {
      problems.push(`${path}: /sources/${name}${where} ${what}`);
    };
    if (!new RegExp(NAME).test(name)) complain('', 'must be a name of letters, digits, - and _, up to 63 long');
    if (entry.onlyIf !== undefined && !environment[entry.onlyIf.env]) continue;
    const provider: Provider = providers[entry.scheme];
    const { requireTimestamp = false } = entry;
    const publicUrl = entry.publicUrl ?? publicUrlOf(name, environment.PUBLIC_URL);
    if (provider.needs?.publicUrl && publicUrl === undefined) {
      complain('/publicUrl', `is required, or PUBLIC_URL: ${entry.scheme} needs the address that the vendor calls`);
    }
    const settings = readSettings(entry, { provider, environment, complain });
    const keys = await readSecrets(entry, { path, environment, provider, complain });
    const apiKeys = entry.scheme === 'api' ? readApiKeys(keys, settings, complain) : [];
    const mapping = await createMapping({ file, name, entry, provider, complain });
    const allow = readAllow(entry, complain);
    if (problems.length > 0 || mapping === undefined) continue;
    const verify = createVerify(provider, { keys, requireTimestamp, publicUrl, settings }, complain);
    if (verify === undefined) continue;
    sources.set(name, {
      name,
      tenant: entry.tenant,
      scheme: entry.scheme,
      provider,
      settings,
      verify,
      apiKeys,
      publicUrl,
      hasInsecureSecrets: entry.insecureSecrets ?? false,
      mapping,
      allow,
      rate: entry.rate ? { perSecond: entry.rate, burst: entry.burst ?? Math.max(1, entry.rate) } : undefined,
      repeatMs: (entry.repeatSeconds ?? 10) * 1_000,
      maxBytes: entry.maxBytes ?? MIB,
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return sources;
}

type Complain = (where: string, what: string) => void;

function createVerify(
  provider: Provider,
  source: Parameters<Provider['verifier']>[0],
  complain: Complain,
): Verify | undefined {
  try {
    return provider.verifier(source);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    complain('', error.message);
    return undefined;
  }
}

/** Where the source is called if all are behind one address. */
const publicUrlOf = (name: string, base: string | undefined): string | undefined =>
  base ? `${base.replace(/\/+$/, '')}/webhooks/${name}` : undefined;

/** What the entry says for its provider only. */
function readSettings(
  entry: Entry,
  { provider: { settings = {} }, environment, complain }: Omit<SecretReading, 'path'>,
) {
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(entry)) {
    if (Object.hasOwn(SourceEntry.properties, name)) continue;
    own[name] = Value.Check(Variable, value) ? environment[value.env] : value;
    if (own[name] === undefined)
      complain(`/${name}`, `needs the environment variable ${(value as { env: string }).env}`);
  }
  const schema = Type.Object(settings, { additionalProperties: false });
  const complete = Value.Default(schema, own);
  for (const { instancePath, message, params } of Value.Errors(schema, complete)) {
    complain(instancePath, `${message}${named(params)}`);
  }
  return complete as Static<typeof schema>;
}

/** The keys of an API client: those whose hash is in the file, and secrets, which may send all types. */
function readApiKeys(secrets: readonly KeyObject[], settings: ApiSettings, complain: Complain): ApiKey[] {
  const keys = (settings.keys ?? []).map(({ name, sha256, types, expires }, index): ApiKey => {
    const expiresAt = expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires);
    if (Number.isNaN(expiresAt)) complain(`/keys/${index}/expires`, 'must be an ISO 8601 time');
    try {
      return { name, digest: sha256, types: types && typesOf(types), expiresAt };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      complain(`/keys/${index}/types`, error.message);
      return { name, digest: sha256, types: undefined, expiresAt };
    }
  });
  const whole = secrets.map((secret, index): ApiKey => {
    const text = secret.export().toString();
    if (!isApiKey(text)) complain(`/secrets/${index}`, 'is no API key: `npm run switchboard -- keys new` makes one');
    return { name: `secret-${index}`, digest: digestOf(text), types: undefined, expiresAt: Number.POSITIVE_INFINITY };
  });
  if (keys.length + whole.length === 0) complain('/keys', 'is required: an API client needs a key');
  return [...keys, ...whole];
}

type ApiSettings = Static<ReturnType<typeof Type.Object<NonNullable<(typeof providers.api)['settings']>>>>;

interface SecretReading {
  path: string;
  environment: Environment;
  provider: Provider;
  complain: Complain;
}

async function readSecrets(entry: Entry, { path, environment, provider, complain }: SecretReading) {
  const secrets: KeyObject[] = [];
  if (entry.secrets === undefined && provider.needs?.secrets !== false) complain('/secrets', 'is required');
  for (const [index, secret] of (entry.secrets ?? []).entries()) {
    const where = `/secrets/${index}`;
    const value = await readSecret(secret, path, environment, (what) => complain(where, what));
    if (value === undefined) continue;
    if (value.length < LEAST_SECRET && entry.insecureSecrets !== true) {
      const advice = 'use `openssl rand -hex 32`, or for development only set insecureSecrets: true';
      complain(where, `is shorter than ${LEAST_SECRET} characters: ${advice}`);
    } else {
      try {
        secrets.push(provider.readSecret?.(value) ?? createSecretKey(Buffer.from(value)));
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        complain(where, error.message);
      }
    }
  }
  return secrets;
}

/** @returns undefined after a complaint that does not quote it */
export async function readSecret(
  secret: Static<typeof Secret>,
  path: string,
  environment: Environment,
  complain: (what: string) => void,
): Promise<string | undefined> {
  if ('env' in secret) {
    const value = environment[secret.env];
    if (value) return value;
    complain(`needs the environment variable ${secret.env}`);
    return undefined;
  }
  try {
    const value = (await readFile(resolve(dirname(path), secret.file), 'utf8')).replace(/\r?\n$/, '');
    if (value !== '') return value;
    complain(`is empty: ${secret.file}`);
  } catch (error) {
    complain(`cannot be read: ${secret.file} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
  return undefined;
}

function readAllow({ allow }: Entry, complain: Complain): AddressList | undefined {
  if (allow === undefined) return undefined;
  try {
    return createAddressList(allow);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    complain('/allow', error.message);
    return undefined;
  }
}
