import { catalogue, readFields } from '@switchboard/events';
import type { Source } from '@switchboard/ingest/sources';
import type { Json } from '@switchboard/providers';
import type { Becoming } from './run.ts';

interface Sent {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The events that a body becomes by the mapping of its source. */
export function becomingOf(
  { provider, mapping }: Pick<Source, 'provider' | 'mapping'>,
  { body, headers }: Sent,
): Becoming[] {
  const json = readBody(body, headers['content-type']);
  if (json === undefined) return [];
  return (provider.split?.({ body: json, headers }) ?? [json]).flatMap((item) => {
    const mapped = mapping.map({ body: item, headers });
    if (mapped.kind !== 'events') return [];
    return mapped.events.map(({ type, payload }) => {
      const read = readFields(type, payload);
      const fields: Readonly<Record<string, unknown>> = read.ok ? { ...read.fields } : payload;
      const entity = catalogue[type].keyFields.map((name) => fields[name]).find((value) => value != null);
      return { type, entity: String(entity ?? '') };
    });
  });
}

function readBody(body: string, contentType: string | undefined): Json | undefined {
  if (contentType?.startsWith('application/x-www-form-urlencoded') === true)
    return Object.fromEntries(new URLSearchParams(body));
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}
