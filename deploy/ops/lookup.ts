import { catalogue, eventTypes } from '@switchboard/events';
import {
  type DeadLetter,
  findEvents,
  findWhereabouts,
  type KafkaError,
  placeName,
  readDeadLetters,
  type StoredRecord,
  type Whereabouts,
} from '@switchboard/kafka';
import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { isKey } from './letter-selection.ts';
import type { Privacy } from './privacy.ts';
import { consumerServices, progressOf } from './services.ts';
import { counted, list, table } from './table.ts';
import { asDuration, asTime } from './times.ts';

const DAY_MS = 86_400_000;

/** Where an event was accepted, and what each service made of it. */
export const event: Command = {
  usage: 'event <id> [--since 24h] [--until] [--service <name>]',
  options: ['service', 'since', 'until'],
  words: 1,
  run: (given, context) => lookUp(given, context, ({ headers }, wanted) => headers.ce_id === wanted),
};

/** The same for all events of a conversation, an order, an article, … */
export const conversation: Command = {
  usage: 'conversation <id> [--since 24h] [--until] [--service <name>]',
  options: ['service', 'since', 'until'],
  words: 1,
  run: (given, context) => lookUp(given, context, ({ key }, wanted) => key !== null && isKey(String(key), wanted)),
};

type Matches = (record: StoredRecord, wanted: string) => boolean;

async function lookUp(given: Arguments, context: Context, matches: Matches): Promise<number> {
  const { connection, privacy } = context;
  const [, wanted = ''] = given.words;
  const since = given.since ?? Date.now() - DAY_MS;
  const topics = [...new Set(eventTypes.map((type) => catalogue[type].topic))];
  const records = await findEvents(connection, {
    ...{ topics, since, until: given.until },
    matches: (record) => matches(record, wanted),
  });
  if (records.length === 0) {
    const text = `Nothing of that was accepted since ${asTime(since)}: look further back with --since, or in \`quarantine list\`.`;
    context.report(text, { since: new Date(since).toISOString(), events: [] });
    return 1;
  }
  const services = given.services.length > 0 ? given.services : consumerServices;
  const views = await Promise.all(services.map((service) => viewOf(service, since, context)));
  const texts: string[] = [];
  const documents: object[] = [];
  for (const record of records) {
    const found = await Promise.all(views.map(async (view) => ({ service: view.service, ...(await view.of(record)) })));
    texts.push(textOf(record, found, privacy));
    documents.push(documentOf(record, found, privacy));
  }
  context.report(texts.join('\n\n'), { since: new Date(since).toISOString(), events: documents });
  return 0;
}

type Found = Whereabouts & { service: string };

/** What is asked of a service once, for all events. */
async function viewOf(service: string, since: number, { connection, doneTtlMs, redis: connect }: Context) {
  const redis = await connect();
  const [progress, letters] = await Promise.all([
    progressOf(connection, service),
    readDeadLetters(connection, redis, service, since).catch((error: KafkaError) => {
      if (error.code === 'UNKNOWN_TOPIC') return [];
      throw error;
    }),
  ]);
  const byPlace = new Map(letters.map((letter): [string, DeadLetter] => [placeName(letter.origin), letter]));
  return { service, of: (record: StoredRecord) => findWhereabouts(redis, record, progress, byPlace, doneTtlMs) };
}

function documentOf(
  { topic, partition, offset, timestamp, key, headers }: StoredRecord,
  found: Found[],
  { id }: Privacy,
) {
  return {
    event: id(headers.ce_id ?? '', topic),
    type: headers.ce_type ?? '',
    source: headers.ce_source ?? '',
    key: key === null ? null : id(String(key), topic),
    acceptedAt: new Date(timestamp).toISOString(),
    topic,
    partition,
    offset,
    services: found.map(({ service, state, ...rest }) => {
      const { letter } = rest as { letter?: DeadLetter };
      const { code, redrives } = letter ?? {};
      const where = letter === undefined ? rest : { letter: letter.id, code, redrives };
      return {
        service,
        state,
        ...where,
        ...('heldBy' in rest ? { heldBy: id(rest.heldBy ?? '', topic) || null } : {}),
      };
    }),
  };
}

function textOf(record: StoredRecord, found: Found[], privacy: Privacy): string {
  const { event, type, source, key, topic, partition, offset } = documentOf(record, [], privacy);
  const head = list([
    ['event', event],
    ['type', type],
    ['from', `${source}, key ${key ?? 'none'}`],
    ['accepted', `${asTime(record.timestamp)}, ${topic}, partition ${partition}, offset ${offset}`],
  ]);
  const rows = found.map((one) => [one.service, one.state, explain(one, topic, privacy)]);
  return `${head}\n\n${table([{ title: 'service', most: 24 }, { title: 'state' }, { title: '', wrap: true }], rows)}`;
}

function explain(found: Found, topic: string, { id, sentence }: Privacy): string {
  switch (found.state) {
    case 'dead':
    case 'purged': {
      const { letter } = found;
      return letter === undefined
        ? 'its letter is older than --since'
        : `letter ${letter.id}, ${letter.code}: ${sentence(letter.message)}`;
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
      return 'sent back into the chain, not taken up yet';
    case 'skipped':
      return 'it does not handle this type';
    case 'unknown':
      return 'done or skipped: its mark has expired';
    case 'elsewhere':
      return 'it does not read this topic, or has not come to it yet';
    default:
      return '';
  }
}
