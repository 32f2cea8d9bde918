import { catalogue, type Problem, readFields } from '@switchboard/events';
import type { Source } from '@switchboard/ingest/sources';
import type { Json } from '@switchboard/providers';
import type { Becoming, Outgoing } from './run.ts';

interface Sent {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The events that a body becomes by the mapping of its source. */
export function becomingOf(
  { provider, mapping }: Pick<Source, 'provider' | 'mapping'>,
  { body, headers }: Sent,
): Pick<Outgoing, 'becomes' | 'problems'> {
  const becomes: Becoming[] = [];
  const problems: string[] = [];
  const complain = (found: readonly Problem[]): void => {
    problems.push(...found.map(({ path, message }) => `${path} ${message}`));
  };
  const json = readBody(body, headers['content-type']);
  if (json === undefined) return { becomes, problems: ['the body is neither JSON nor a form'] };
  for (const item of provider.split?.({ body: json, headers }) ?? [json]) {
    const mapped = mapping.map({ body: item, headers });
    if (mapped.kind === 'failed') complain(mapped.problems);
    if (mapped.kind === 'unhandled') problems.push(`${mapped.name} is no event of the catalogue`);
    if (mapped.kind === 'unknown_shape') problems.push('the body has none of the known shapes');
    if (mapped.kind !== 'events') continue;
    for (const { type, payload } of mapped.events) {
      const read = readFields(type, payload);
      if (!read.ok) complain(read.problems);
      else becomes.push({ type, entity: entityOf(type, { ...read.fields }) });
    }
  }
  return problems.length > 0 ? { becomes, problems } : { becomes };
}

const entityOf = (type: Becoming['type'], fields: Readonly<Record<string, unknown>>): string =>
  String(catalogue[type].keyFields.map((name) => fields[name]).find((value) => value != null) ?? '');

function readBody(body: string, contentType: string | undefined): Json | undefined {
  if (contentType?.startsWith('application/x-www-form-urlencoded') === true)
    return Object.fromEntries(new URLSearchParams(body));
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}
