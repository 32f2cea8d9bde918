import { type DriftRecord, KEEP_MS, readDrift, type UnmappedPath } from '@switchboard/ingest/drift';
import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { asLine } from './printable.ts';
import { type Proposal, proposalFor } from './proposed-lines.ts';
import { counted, table } from './table.ts';
import { asTime, isoTime } from './times.ts';
import { watching } from './watching.ts';

const SHOWN = 20;
/** Instances write every 10 s what is missing; what is older is of one that has stopped. */
const STALE_MS = 10 * 60_000;

/** What the sources send that no mapping takes, and what they do not send any more. */
export const drift: Command = {
  usage: 'drift [--source] [--type] [--since] [--limit 20] [--watch]',
  summary: 'fields that a source sends and no mapping takes, what would take them, and fields that stopped coming',
  options: ['source', 'type', 'since', 'limit', 'watch'],
  words: 0,
  run: watching(report),
};

async function report(given: Arguments, context: Context): Promise<number> {
  const limit = given.number('limit', SHOWN, 0);
  const [source, type, now] = [given.text('source'), given.text('type'), Date.now()];
  const since = given.since ?? now - KEEP_MS;
  const { redis, scope } = await context.mainRedis();
  const records = (await readDrift(redis, scope)).filter((record) => source === undefined || record.source === source);
  const wanted = (one: { type: string }): boolean => type === undefined || one.type === type;
  const found = records
    .map((record) => ({
      ...record,
      unmapped: record.unmapped
        .filter((path) => wanted(path) && path.lastAt >= since)
        .toSorted((a, b) => b.events - a.events),
      missing: record.missing.filter((field) => wanted(field) && field.lastAt >= now - STALE_MS),
    }))
    .filter(({ unmapped, missing }) => unmapped.length + missing.length > 0);
  const text = found.map((record) => sectionOf(record, limit, context.columns)).join('\n\n');
  const where = source === undefined ? 'the sources send' : `${source} sends`;
  context.report(found.length === 0 ? `A mapping takes every field that ${where}.` : text, {
    sources: found.map(documentOf),
  });
  return 0;
}

function sectionOf({ source, root, unmapped, missing }: DriftRecord, limit: number, width: number | undefined): string {
  const shown = unmapped.slice(0, limit);
  const columns = [
    { title: 'path', most: 40 },
    { title: 'type', most: 24 },
    { title: 'events', align: 'right' as const },
    { title: 'value' },
    { title: 'since' },
    { title: 'last seen' },
  ];
  const rows = shown.map(({ path, type, events, kinds, firstAt, lastAt }) => [
    ...[path, type, events.toLocaleString('en'), kinds.join(', '), asTime(firstAt), asTime(lastAt)],
  ]);
  const more = unmapped.length - shown.length;
  const head = `${asLine(source)}: ${counted(unmapped.length, 'unmapped path')}`;
  const gone = missing.map(({ type, field, since }) => `${type} ${field}: always came, missing since ${asTime(since)}`);
  const parts = [
    rows.length === 0 ? head : `${head}\n${table(columns, rows, width)}`,
    more > 0 ? `… and ${more} more; --limit shows more.` : '',
    linesOf(shown, root),
    gone.join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** What to add to the schemas and to the mapping of the source. */
function linesOf(paths: readonly UnmappedPath[], root: DriftRecord['root']): string {
  const proposals = paths.map((path) => ({ path, proposal: proposalFor(path, root) }));
  const lines = proposals.flatMap(({ path: { path, type }, proposal }) => {
    if (proposal === null) return [];
    const { schema, mapping } = proposal;
    const first = schema === null ? [] : [`  schema   ${schema}`];
    return [`${path} (${type})`, ...first, ...(mapping === null ? [] : [`  mapping  ${mapping}`])];
  });
  return lines.length === 0 ? '' : `Proposed lines:\n${lines.join('\n')}`;
}

interface PathDocument {
  readonly path: string;
  readonly type: string;
  readonly events: number;
  readonly value: readonly string[];
  readonly since: string | null;
  readonly lastSeen: string | null;
  readonly proposal: Proposal | null;
}

const documentOf = ({ source, root, unmapped, missing }: DriftRecord) => ({
  source,
  unmapped: unmapped.map(
    (path): PathDocument => ({
      ...{ path: path.path, type: path.type, events: path.events, value: path.kinds },
      ...{ since: isoTime(path.firstAt), lastSeen: isoTime(path.lastAt), proposal: proposalFor(path, root) },
    }),
  ),
  missing: missing.map(({ type, field, since }) => ({ type, field, since: isoTime(since) })),
});
