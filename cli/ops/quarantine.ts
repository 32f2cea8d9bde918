import type { Command } from './command.ts';
import { asJson, asLine } from './printable.ts';
import type { Privacy } from './privacy.ts';
import {
  BODY_FILTERS,
  bodyFilter,
  findBody,
  QUARANTINE,
  type QuarantinedBody,
  readBodies,
  type Shelf,
  SKIPPED,
} from './quarantined-bodies.ts';
import { counted, cut, list, table } from './table.ts';
import { asTime, isoTime } from './times.ts';

const SHOWN = 50;
/** Of the problems of a body, in its row. */
const MOST_CHARACTERS = 1_000;

const listOf = (shelf: Shelf, summary: string): Command => ({
  usage: `${shelf.command} list [--source] [--reason] [--since] [--until] [--history] [--limit 50]`,
  summary,
  options: [...BODY_FILTERS, 'history', 'limit'],
  words: 0,
  async run(given, { connection, privacy, report, columns: width }) {
    const limit = given.number('limit', SHOWN, 0);
    const bodies = (await readBodies(connection, shelf))
      .filter(bodyFilter(given))
      .filter(({ state }) => given.is('history') || state === 'open');
    const rows = bodies.slice(0, limit).map((body) => {
      const { id, state, source, reason, times, problems } = bodyDocument(body, privacy);
      return [
        id,
        asTime(body.receivedAt),
        state,
        source,
        reason,
        `${times} ×`,
        cut(problems.join('; '), MOST_CHARACTERS),
      ];
    });
    const columns = [
      { title: 'body', most: 14 },
      { title: 'received' },
      { title: 'state' },
      { title: 'source', most: 16 },
      { title: 'reason', most: 17 },
      { title: 'came', align: 'right' as const },
      { title: 'problems' },
    ];
    const head = `${shelf.title} holds ${counted(bodies.length, 'body', 'bodies')}.`;
    const rest =
      bodies.length > rows.length ? `\n\n… and ${bodies.length - rows.length} more; --limit shows more.` : '';
    report(rows.length === 0 ? `${head}${rest}` : `${head}\n\n${table(columns, rows, width)}${rest}`, {
      bodies: bodies.map((body) => bodyDocument(body, privacy)),
    });
    return 0;
  },
});

/** What ingest kept because it could not become an event. */
export const quarantineList = listOf(QUARANTINE, 'signed webhooks that could not become events');
/** What ingest skipped because the catalogue has no such type. */
export const skippedList = listOf(SKIPPED, 'signed webhooks of types that are not declared');

/** One body, with every problem of it. */
export const quarantineShow: Command = {
  usage: 'quarantine show <body> [--reveal]',
  summary: 'one of them, with every problem',
  options: [],
  words: 1,
  async run(given, { connection, privacy, report }) {
    const body = findBody(await readBodies(connection, QUARANTINE), given.words[2] ?? '', QUARANTINE);
    const { problems, ...plain } = bodyDocument(body, privacy);
    const entries = Object.entries({ ...plain, receivedAt: plain.receivedAt ?? 'unknown' });
    const payload = privacy.payload(parsed(body.body));
    const text = [list(entries), problems.map((line) => `- ${asLine(line)}`).join('\n'), asJson(payload)];
    report(text.filter((part) => part !== '').join('\n\n'), { ...plain, problems, payload });
    return 0;
  },
};

export function bodyDocument(body: QuarantinedBody, { sentence }: Privacy) {
  const { id, state, source, tenant, reason, contentType, problems, receivedAt, places } = body;
  return {
    id,
    state,
    receivedAt: isoTime(receivedAt),
    source: sentence(source),
    tenant: sentence(tenant),
    reason: sentence(reason),
    contentType: sentence(contentType),
    bytes: body.body.length,
    times: places.length,
    problems: problems.map(sentence),
  };
}

/** More levels than any event has; what is deeper is shown as it came. */
const MOST_LEVELS = 100;

/** It may be in quarantine because it is not JSON. */
function parsed(body: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(String(body));
    return hasLevels(value, MOST_LEVELS) ? String(body) : value;
  } catch {
    return String(body);
  }
}

const hasLevels = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((item) => hasLevels(item, levels - 1)));
