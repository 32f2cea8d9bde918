import type { IncomingHttpHeaders } from 'node:http';
import { type EventType, type Problem, readFields } from '@switchboard/events';
import type { CompiledMapping, Json, MappedEvent, Provider } from '@switchboard/providers';
import { mergeExtra } from './extra.ts';
import { isGiven } from './identity.ts';
import { type Item, readItems } from './items.ts';
import { readEvents } from './read-events.ts';

export interface ExplainedField {
  /** The path of the event's field. */
  readonly field: string;
  /** Where the sender wrote it, or the rule that computed it. */
  readonly sentAs: string;
  readonly value: Json;
}

export interface ExplainedEvent {
  readonly type: EventType;
  readonly id: unknown;
  readonly timestamp: unknown;
  readonly fields: readonly ExplainedField[];
  /** What no field takes, by its path. */
  readonly extra: readonly { readonly path: string; readonly value: Json }[];
}

/** What one item of a body becomes. */
export interface Explanation {
  readonly events: readonly ExplainedEvent[];
  /** Why it is refused or skipped. */
  readonly problems: readonly Problem[];
}

interface Explained {
  readonly name: string;
  readonly provider: Provider;
  readonly mapping: CompiledMapping;
}

/** What ingest would make of a verified body, item by item; the event ids that it derives are left out. */
export function explainBody(source: Explained, headers: IncomingHttpHeaders, bytes: Buffer): Explanation[] {
  const read = readItems(source.provider, headers, bytes);
  if (read.kind === 'reply') return [];
  if (read.kind === 'refused') return [{ events: [], problems: problemsOf(read.refusal) }];
  return read.items.map((item) => explainItem(source, headers, item));
}

function explainItem(source: Explained, headers: IncomingHttpHeaders, item: Item): Explanation {
  const mapped = source.mapping.map({ body: item.json, headers });
  const events = mapped.kind === 'events' ? mapped.events.map(explainEvent) : [];
  const { name, mapping } = source;
  const reading = readEvents(item, { source: { name, tenant: 'none', mapping }, headers, receivedAt: 0 });
  if (reading.kind === 'refused') return { events, problems: problemsOf(reading.refusal) };
  if (reading.kind === 'events') return { events, problems: [] };
  return { events, problems: [{ path: reading.name, message: 'is the name of no event type' }] };
}

const problemsOf = (refusal: { reason: string; error?: string; problems?: readonly Problem[] }): readonly Problem[] =>
  refusal.problems ?? [{ path: 'body', message: refusal.error ?? SHAPE }];

const SHAPE = 'has none of the shapes that the mapping knows';

function explainEvent(mapped: MappedEvent): ExplainedEvent {
  const { type, id, timestamp, payload } = mapped;
  const read = readFields(type, payload);
  const fields = leavesOf(read.ok ? (read.fields as unknown as Json) : payload).map(({ path, value }) => {
    return { field: path, sentAs: mapped.sentAs(asHeld(payload, path)), value };
  });
  const extra = read.ok ? mergeExtra(read.extra, mapped) : null;
  return { type, id, timestamp, fields, extra: extra === null ? [] : leavesOf(JSON.parse(extra) as Json) };
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The path in the spelling that the payload has. */
function asHeld(payload: Json, path: string): string {
  let held: unknown = payload;
  return path.replaceAll(/[^.[\]]+/g, (name) => {
    const fields = (held ?? {}) as Record<string, unknown>;
    const holds = (key: string): boolean => Object.hasOwn(fields, key) && fields[key] !== undefined;
    const found = holds(name) ? name : snakeCase(name);
    held = holds(found) ? fields[found] : undefined;
    return held === undefined ? name : found;
  });
}

/** The values at the ends of all paths, without those that say nothing. */
function leavesOf(value: Json, path = ''): { path: string; value: Json }[] {
  if (typeof value !== 'object' || value === null) return isGiven(value) ? [{ path, value }] : [];
  return Object.entries(value).flatMap(([key, held]: [string, Json | undefined]) => {
    if (held === undefined) return [];
    if (Array.isArray(value)) return leavesOf(held, `${path}[${key}]`);
    return leavesOf(held, path === '' ? key : `${path}.${key}`);
  });
}
