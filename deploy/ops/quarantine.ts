import type { Command } from './command.ts';
import type { Privacy } from './privacy.ts';
import { BODY_FILTERS, bodyFilter, findBody, type QuarantinedBody, readQuarantine } from './quarantined-bodies.ts';
import { counted, list, table } from './table.ts';
import { asTime } from './times.ts';

const SHOWN = 50;

/** What ingest kept because it could not become an event. */
export const quarantineList: Command = {
  usage: 'quarantine list [--source] [--reason] [--since] [--until] [--history] [--limit 50]',
  options: [...BODY_FILTERS, 'history', 'limit'],
  words: 0,
  async run(given, { connection, privacy, report }) {
    const limit = given.number('limit', SHOWN, 0);
    const bodies = (await readQuarantine(connection))
      .filter(bodyFilter(given))
      .filter(({ state }) => given.is('history') || state === 'open');
    const rows = bodies.slice(0, limit).map((body) => {
      const { id, receivedAt, state, source, reason, times, problems } = bodyDocument(body, privacy);
      return [id, asTime(Date.parse(receivedAt)), state, source, reason, `${times} ×`, problems.join('; ')];
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
    const head = `Quarantine holds ${counted(bodies.length, 'body', 'bodies')}.`;
    const rest =
      bodies.length > rows.length ? `\n\n… and ${bodies.length - rows.length} more; --limit shows more.` : '';
    report(rows.length === 0 ? `${head}${rest}` : `${head}\n\n${table(columns, rows)}${rest}`, {
      bodies: bodies.map((body) => bodyDocument(body, privacy)),
    });
    return 0;
  },
};

/** One body, with every problem of it. */
export const quarantineShow: Command = {
  usage: 'quarantine show <body> [--reveal]',
  options: [],
  words: 1,
  async run(given, { connection, privacy, report }) {
    const body = findBody(await readQuarantine(connection), given.words[2] ?? '');
    const { problems, ...plain } = bodyDocument(body, privacy);
    const payload = privacy.payload(parsed(body.body));
    const text = [
      list(Object.entries(plain)),
      problems.map((line) => `- ${line}`).join('\n'),
      JSON.stringify(payload, null, 2),
    ];
    report(text.filter((part) => part !== '').join('\n\n'), { ...plain, problems, payload });
    return 0;
  },
};

export function bodyDocument(body: QuarantinedBody, { sentence }: Privacy) {
  const { id, state, source, tenant, reason, contentType, problems, receivedAt, places } = body;
  return {
    id,
    state,
    receivedAt: new Date(receivedAt).toISOString(),
    source,
    tenant,
    reason,
    contentType,
    bytes: body.body.length,
    times: places.length,
    problems: problems.map(sentence),
  };
}

/** It may be in quarantine because it is no JSON. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    return String(body);
  }
}
