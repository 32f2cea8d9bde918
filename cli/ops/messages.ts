import type { DeadMessage, DeadMessages } from '@switchboard/notifier/dead-messages';
import { UsageError } from '@switchboard/service/command-line';
import type { Arguments, OptionName } from './arguments.ts';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { OpsError } from './ops-error.ts';
import { asJson } from './printable.ts';
import { counted, list, table } from './table.ts';
import { asTime, isoTime } from './times.ts';

const SHOWN = 50;
const FILTERS: readonly OptionName[] = ['code', 'channel', 'since', 'until'];
/** The service whose messages these are. */
const NOTIFIER = 'notifier';
/** Messages name people, as preferences do. */
const TOPIC = 'people.preferences';

/** Messages to people that the notifier gave up. */
export const messagesList: Command = {
  usage: 'messages list [--code] [--channel] [--since] [--until] [--limit 50]',
  summary: 'messages to people that the notifier gave up',
  options: [...FILTERS, 'limit'],
  words: 0,
  async run(given, context) {
    const limit = given.number('limit', SHOWN, 0);
    const dead = (await (await open(context)).list()).filter(filterOf(given));
    const documents = dead.map((one) => documentOf(one, context));
    const rows = documents
      .slice(0, limit)
      .map(({ id, channel, tenant, code, events }, index) => [
        ...[id, asTime(timeOf(dead[index] as DeadMessage)), channel, tenant, code],
        events.join(', '),
      ]);
    const columns = [
      { title: 'message', most: 32 },
      { title: 'given up' },
      { title: 'channel', most: 8 },
      { title: 'tenant', most: 16 },
      { title: 'code', most: 24 },
      { title: 'of' },
    ];
    const head = `The notifier has given up ${counted(dead.length, 'message')}.`;
    const left = dead.length - rows.length;
    const rest = left === 0 ? '' : `\n\n… and ${counted(left, 'message')} more; --limit shows more of them.`;
    const shown = rows.length === 0 ? '' : `\n\n${table(columns, rows, context.columns)}`;
    context.report(`${head}${shown}${rest}`, { messages: documents });
    return 0;
  },
};

/** One of them, with what it was to tell. */
export const messagesShow: Command = {
  usage: 'messages show <message> [--reveal]',
  summary: 'one of them: for whom it was, and what it was to tell',
  options: [],
  words: 1,
  async run(given, context) {
    const store = await open(context);
    const dead = find(await store.list(), given.words[2] ?? '');
    const document = documentOf(dead, context);
    const content = context.privacy.payload(await store.messagesOf(dead.id), TOPIC);
    const { events, at, ...plain } = document;
    const entries = Object.entries({ ...plain, at: at ?? 'unknown', events: events.join(', ') });
    context.report(`${list(entries)}\n\n${asJson(content)}`, { ...document, content });
    return 0;
  },
};

/** Has the notifier send them after all. */
export const messagesRetry: Command = {
  usage: 'messages retry <message>… | filters | --all [--dry-run]',
  summary: 'have the notifier send them after all, if the person still wants them',
  options: [...FILTERS, 'all', 'dry-run'],
  words: Number.POSITIVE_INFINITY,
  async run(given, context) {
    const ids = given.words.slice(2);
    const isNarrowed = FILTERS.some((name) => isGiven(given, name));
    if (ids.length === 0 && !isNarrowed && !given.is('all')) {
      throw new UsageError('Say which messages: their ids, a filter such as --code, or --all.');
    }
    const store = await open(context);
    const all = await store.list();
    const chosen = (ids.length > 0 ? ids.map((id) => find(all, id)) : all).filter(filterOf(given));
    const documents = chosen.map((one) => documentOf(one, context));
    if (given.is('dry-run') || chosen.length === 0) {
      const text = given.is('dry-run')
        ? `${counted(chosen.length, 'message')} would be sent again.`
        : 'Nothing to retry: no message matches.';
      context.report(text, { dryRun: given.is('dry-run'), retried: 0, messages: documents });
      return 0;
    }
    let retried = 0;
    for (const dead of chosen) {
      if (context.signal.aborted) break;
      if ((await store.retry(dead)) === 'waits') retried += 1;
      else context.note(`${context.privacy.id(dead.id, TOPIC)} is pointless by now, and no longer kept.`);
    }
    const left = chosen.length - retried;
    const rest = left === 0 ? '' : ` ${counted(left, 'message')} stay given up.`;
    context.report(`The notifier sends ${counted(retried, 'message')} again.${rest}`, { dryRun: false, retried, left });
    return left === 0 ? 0 : 1;
  },
};

async function open({ mainRedis }: Context): Promise<DeadMessages> {
  const { openDeadMessages } = await import('@switchboard/notifier/dead-messages');
  return openDeadMessages((await mainRedis()).redis, NOTIFIER);
}

function find(dead: readonly DeadMessage[], id: string): DeadMessage {
  const found = dead.filter((one) => one.id === id || (id.length >= 4 && one.id.startsWith(id)));
  const [only] = found;
  if (only === undefined) throw new OpsError(`There is no such message: \`messages list\` shows those that there are.`);
  if (found.length > 1) throw new OpsError('More than one message id begins so: name more of it.');
  return only;
}

const timeOf = ({ at }: DeadMessage): number => Date.parse(at);

const isGiven = (given: Arguments, name: OptionName): boolean =>
  name === 'since' || name === 'until'
    ? given[name] !== undefined
    : given.text(name as 'code' | 'channel') !== undefined;

function filterOf(given: Arguments): (dead: DeadMessage) => boolean {
  const { since = 0, until = Number.POSITIVE_INFINITY } = given;
  const [code, channel] = [given.text('code'), given.text('channel')];
  return (dead) =>
    (code === undefined || dead.code === code) &&
    (channel === undefined || dead.channel === channel) &&
    !(timeOf(dead) < since) &&
    !(timeOf(dead) > until);
}

const MOST_EVENTS = 20;

function documentOf(dead: DeadMessage, { privacy }: Context) {
  const { id, sentence } = privacy;
  return {
    id: id(dead.id, TOPIC),
    tenant: sentence(dead.tenant),
    channel: sentence(dead.channel),
    code: sentence(dead.code),
    at: isoTime(timeOf(dead)),
    events: dead.events.slice(0, MOST_EVENTS).map((event) => id(event, TOPIC)),
  };
}
