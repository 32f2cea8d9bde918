import {
  type DeadLetter,
  findInReplays,
  findWhereabouts,
  type InReplay,
  letterPlace,
  readDeadLetters,
  readReplays,
  readServiceNotes,
  type Whereabouts,
} from '@switchboard/consumer/operate';
import { handlersOf } from '@switchboard/deploy/services';
import { catalogue, eventTypes } from '@switchboard/events';
import type { KafkaError, StoredRecord } from '@switchboard/kafka';
import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { findMatches } from './matching-events.ts';
import type { Privacy } from './privacy.ts';
import { consumerServices, progressOf } from './services.ts';
import { counted, list, table } from './table.ts';
import { asDuration, asTime, isoTime } from './times.ts';

const DAY_MS = 86_400_000;

/** Events whose state is looked up; each takes several questions to Redis for each service. */
const SHOWN = 50;

const OPTIONS = ['service', 'since', 'until', 'limit'] as const;

/** Where an event was accepted, and what each service did with it. */
export const event: Command = {
  usage: 'event <id> [--since 24h] [--until] [--service <name>] [--limit 50]',
  summary: 'where an event was accepted, and what each service did with it; the beginning of its id will do',
  options: OPTIONS,
  words: 1,
  run: (given, context) => lookUp('event', given, context),
};

/** The same for all events of a conversation, an order, an article, … */
export const conversation: Command = {
  usage: 'conversation <id> [--since 24h] [--until] [--service <name>] [--limit 50]',
  summary: 'the same for all events of a conversation, an order, an article or another entity',
  options: OPTIONS,
  words: 1,
  run: (given, context) => lookUp('conversation', given, context),
};

async function lookUp(kind: 'event' | 'conversation', given: Arguments, context: Context): Promise<number> {
  const { connection, privacy, report } = context;
  const [, wanted = ''] = given.words;
  const limit = given.number('limit', SHOWN, 1);
  const since = given.since ?? Date.now() - DAY_MS;
  const from = isoTime(since);
  const topics = [...new Set(eventTypes.map((type) => catalogue[type].topic))];
  const matches = await findMatches(connection, kind, wanted, { topics, since, until: given.until });
  if (matches.kind === 'several') {
    const ids = matches.records.map(({ headers, topic }) => privacy.id(headers.ce_id ?? '', topic));
    report(`More than one id begins so; name one of them:\n\n${ids.join('\n')}`, { since: from, events: [], ids });
    return 1;
  }
  if (matches.kind === 'none') {
    const hint =
      matches.others === 0
        ? `look further back with --since, or in \`quarantine list\``
        : kind === 'event'
          ? `it is the key of ${counted(matches.others, 'event')}; \`conversation\` shows them`
          : `it is the id of an event; \`event\` shows it`;
    report(`Nothing of that was accepted since ${asTime(since)}: ${hint}.`, { since: from, events: [] });
    return 1;
  }
  const records = matches.records.slice(-limit);
  const services = given.services.length > 0 ? given.services : consumerServices;
  const views = await Promise.all(services.map((service) => viewOf(service, since, context)));
  const texts: string[] = [];
  const documents: object[] = [];
  for (const record of records) {
    const found = await Promise.all(
      views.map(async ({ service, of, inReplays }): Promise<FoundWithReplays> => {
        const [whereabouts, replays] = await Promise.all([of(record), inReplays(record)]);
        return { service, ...whereabouts, replays };
      }),
    );
    texts.push(textOf(record, found, context));
    documents.push(documentOf(record, found, privacy));
  }
  const left = matches.records.length - records.length;
  if (left > 0) texts.unshift(`The latest ${records.length}; ${counted(left, 'earlier event')} with a higher --limit.`);
  report(texts.join('\n\n'), { since: from, left, events: documents });
  return 0;
}

export type Found = Whereabouts & { service: string };
type FoundWithReplays = Found & { readonly replays: readonly InReplay[] };

/** What is asked of a service once, for all events. */
export async function viewOf(service: string, since: number, { connection, doneTtlMs, redis: connect }: Context) {
  const redis = await connect();
  const [progress, letters, notes, replays] = await Promise.all([
    progressOf(connection, service),
    readDeadLetters(connection, redis, service, since).catch((error: KafkaError) => {
      if (error.code === 'UNKNOWN_TOPIC') return [];
      throw error;
    }),
    readServiceNotes(redis, service),
    readReplays(connection, service),
  ]);
  const byPlace = new Map(letters.map((letter): [string, DeadLetter] => [letterPlace(letter), letter]));
  return {
    service,
    progress,
    letters: byPlace,
    notes,
    of: (record: StoredRecord) => findWhereabouts(redis, record, progress, byPlace, doneTtlMs, notes),
    inReplays: (record: StoredRecord) => findInReplays(redis, record, progress, byPlace, replays, notes),
  };
}

function documentOf(
  { topic, partition, offset, timestamp, key, headers }: StoredRecord,
  found: FoundWithReplays[],
  privacy: Privacy,
) {
  const { id, sentence } = privacy;
  return {
    event: id(headers.ce_id ?? '', topic),
    type: sentence(headers.ce_type ?? ''),
    source: sentence(headers.ce_source ?? ''),
    key: key === null ? null : id(String(key), topic),
    acceptedAt: isoTime(timestamp),
    topic,
    partition,
    offset,
    services: found.map(({ replays, ...one }) => ({
      ...stateDocument(one, topic, privacy),
      ...(replays.length === 0 ? {} : { replays: replays.map((replay) => stateDocument(replay, topic, privacy)) }),
    })),
  };
}

function stateDocument(found: Found | InReplay, topic: string, { id, sentence }: Privacy) {
  const { letter, ...rest } = found as typeof found & { letter?: DeadLetter };
  const { code, redrives } = letter ?? {};
  return {
    ...rest,
    ...(letter === undefined ? {} : { letter: letter.id, code: sentence(code ?? ''), redrives }),
    ...('heldBy' in rest ? { heldBy: id(String(rest.heldBy ?? ''), topic) || null } : {}),
  };
}

function textOf(record: StoredRecord, found: FoundWithReplays[], { privacy, columns }: Context): string {
  const { event, type, source, key, topic, partition, offset } = documentOf(record, [], privacy);
  const head = list([
    ['event', event],
    ['type', type],
    ['from', `${source}, key ${key ?? 'none'}`],
    ['accepted', `${asTime(record.timestamp)}, ${topic}, partition ${partition}, offset ${offset}`],
  ]);
  const rows = found.flatMap((one) => [
    [one.service, one.state, explain(one, record, privacy)],
    ...one.replays.map((replay) => [
      `  replay ${replay.replay}`,
      replay.state,
      explain({ ...replay, service: one.service }, record, privacy),
    ]),
  ]);
  const titles = [{ title: 'service', most: 24 }, { title: 'state' }, { title: '', wrap: true as const }];
  return `${head}\n\n${table(titles, rows, columns)}`;
}

/** Its texts were redacted when they were noted. */
const effectText = ({ system, id, url }: NonNullable<(Found & { state: 'done' })['effect']>): string =>
  `${system} ${id}${url === undefined ? '' : `, ${url}`}`;

/** Whether the service has a handler for the type; undefined for a service that the catalogue does not list. */
const handles = (service: string, type: string): boolean | undefined =>
  consumerServices.includes(service) ? handlersOf(type).includes(service) : undefined;

/** What a state means for this event, in half a sentence. */
export function explain(
  found: Found,
  { topic, headers }: Pick<StoredRecord, 'topic' | 'headers'>,
  { id, sentence }: Privacy,
): string {
  const isHandled = handles(found.service, headers.ce_type ?? '');
  switch (found.state) {
    case 'dead':
    case 'purged': {
      const { letter } = found;
      return letter === undefined
        ? 'its letter is older than --since'
        : `letter ${letter.id}, ${sentence(letter.code)}: ${sentence(letter.message)}`;
    }
    case 'waiting': {
      const due =
        found.due > Date.now()
          ? `until ${asTime(found.due)}`
          : `due for ${asDuration((Date.now() - found.due) / 1_000)}`;
      const behind = found.ahead === 0 ? '' : `, behind ${counted(found.ahead, 'event')} of its key`;
      const held =
        found.heldBy === undefined ? '' : `; ${id(found.heldBy, topic)} is dead and holds it: redrive or purge that`;
      return `in ${found.topic} ${due}${behind}${held}`;
    }
    case 'pending':
      return `not read yet, ${counted(found.before, 'record')} before it`;
    case 'redriven':
      return 'sent back into the retry topics, not read there yet';
    case 'unsent':
      return 'the replay has not sent it yet; it continues with --replay';
    case 'skipped':
      return 'it does not handle this type';
    case 'unknown':
      if (isHandled === undefined) return 'done or skipped: its mark has expired';
      return isHandled ? 'done: its mark has expired' : 'it does not handle this type';
    case 'done':
      if (found.reason !== undefined) return `nothing to do: ${sentence(found.reason)}`;
      return found.effect === undefined ? '' : effectText(found.effect);
    case 'elsewhere':
      return isHandled ? 'it runs, but in a version that does not read this topic' : 'it does not read this topic';
    case 'unread':
      if (isHandled === false) return 'nothing of it runs, and it does not handle this type';
      return isHandled
        ? 'nothing of it runs; it will read this topic from the start'
        : 'nothing of it runs, and it has committed nothing in this topic so far';
    default:
      return '';
  }
}
