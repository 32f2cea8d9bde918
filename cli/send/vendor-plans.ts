import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readDeployConfig } from '@switchboard/deploy/config';
import { vendorKey } from '@switchboard/deploy/vendor-key';
import { type Example, fillExample, type Provider, providerNames, providers } from '@switchboard/providers';
import { environment } from '@switchboard/service';
import { UsageError } from '@switchboard/service/command-line';
import { list } from '../ops/table.ts';
import { type NamedSource, namedSource, readSourcesFile } from '../sources/named-source.ts';
import { becomingOf } from './becoming.ts';
import type { Outgoing, Plan } from './run.ts';
import type { Deliver } from './send-events.ts';

interface VendorWebhook extends Outgoing {
  readonly headers: Readonly<Record<string, string>>;
}

export interface Choice {
  /** Where ingest listens. */
  readonly url: string;
  readonly source?: string | undefined;
  /** Default: all. */
  readonly example?: string | undefined;
  /** As `name:value`. */
  readonly header?: readonly string[];
  readonly variables?: Readonly<Record<string, string | undefined>>;
}

const ANSWER_LIMIT_MS = 10_000;

/** The examples of a provider, or one of them. @throws UsageError */
export async function examplePlans(
  name: string,
  { url, source: to = name, example: only, header, variables = environment }: Choice,
): Promise<Plan<VendorWebhook>[]> {
  const { examples } = providerNamed(name);
  const chosen = only === undefined ? examples : examples.filter((example) => example.name === only);
  if (examples.length === 0) throw new UsageError(`${name} has no examples: send an event type.`);
  if (chosen.length === 0)
    throw new UsageError(
      `${name} has no example ${only}; there are ${examples.map((example) => example.name).join(', ')}.`,
    );
  const source = await namedSource(to, await readSourcesFile(variables));
  const deliver = await signing(url, source, variables);
  return chosen.map((example) => ({
    title: `${name}: ${example.name}`,
    create: () => filled(example, source, headersOf(header)),
    deliver,
  }));
}

/** A captured body. @throws UsageError */
export async function replayPlan(
  file: string,
  { url, source: to = '', header, variables = environment }: Choice,
): Promise<Plan<VendorWebhook>> {
  const body = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--body: ${file} cannot be read (${error.code}).`);
  });
  const source = await namedSource(to, await readSourcesFile(variables));
  const headers = { 'content-type': 'application/json', ...headersOf(header) };
  const becoming = becomingOf(source, { body, headers });
  return {
    title: file,
    create: () => ({ source: to, body, headers, ...becoming }),
    deliver: await signing(url, source, variables),
  };
}

/** The names of examples, and what they become. @throws UsageError */
export function listExamples(name: string | undefined): string {
  const named = name === undefined ? providerNames : [name];
  const lines = named.flatMap((provider) =>
    providerNamed(provider).examples.map((example): [string, string] => [
      `${provider}  ${example.name}`,
      example.becomes.join(', ') || 'no event',
    ]),
  );
  return list(lines);
}

function providerNamed(name: string): Provider {
  const known = providerNames.find((provider) => provider === name);
  if (known === undefined) throw new UsageError(`There is no provider ${name}; there are ${providerNames.join(', ')}.`);
  return providers[known];
}

function filled(example: Example, source: NamedSource, more: Record<string, string>): VendorWebhook {
  const fill = { run: randomUUID().slice(0, 8), now: Date.now() };
  const body = fillExample(example.body, fill);
  const given = Object.entries(example.headers ?? {}).map(([header, value]) => [
    header.toLowerCase(),
    fillExample(value, fill),
  ]);
  const headers = { 'content-type': example.contentType ?? 'application/json', ...Object.fromEntries(given), ...more };
  return { source: source.name, body, headers, ...becomingOf(source, { body, headers }) };
}

/** Signs at each attempt, as the source expects it. */
async function signing(
  url: string,
  source: NamedSource,
  variables: Choice['variables'],
): Promise<Deliver<VendorWebhook>> {
  const { provider, settings, publicUrl, secrets, name } = source;
  const address = `${url.replace(/\/+$/, '')}/webhooks/${encodeURIComponent(name)}`;
  const [secret] = secrets;
  // The source has the public half only, or a key set.
  const isOurs = secret === undefined || secret.includes('PUBLIC KEY');
  const key = isOurs ? await vendorKey(readDeployConfig(variables).LOCAL_DIRECTORY) : secret;
  return async ({ body, headers }) => {
    const message = { method: 'POST', url: publicUrl ?? address, body: Buffer.from(body) };
    const signed = await provider.sign(message, key, Date.now(), settings);
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: { ...headers, ...signed },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      const { message: text, cause } = error as Error & { cause?: { code?: string; message?: string } };
      return { status: 0, text: cause?.code ?? cause?.message ?? text };
    }
  };
}

/** @throws UsageError */
const headersOf = (given: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(
    given.map((header) => {
      const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(header) ?? [];
      if (name === undefined || value === undefined) throw new UsageError('--header must be written as name:value.');
      return [name.toLowerCase(), value];
    }),
  );
