import type { Rate } from '@switchboard/async';
import { type CompiledMapping, type Provider, type ProviderName, providers, type Verify } from '@switchboard/providers';
import { ConfigError, type Environment, Variable } from '@switchboard/service';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import type { ApiKey } from '../api/clients.ts';
import { type AddressList, createAddressList } from '../http/address-list.ts';
import { readApiKeys } from './source-api-keys.ts';
import { createMapping } from './source-mapping.ts';
import { readSecrets, type SecretReading } from './source-secrets.ts';
import { type Complain, type Entry, MIB, NAME, named, SourceEntry, type SourcesFile } from './sources-file.ts';

export { namedFiles, parseSources, type SourcesFile } from './sources-file.ts';

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
