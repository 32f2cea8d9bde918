import {
  beginReplay,
  findSelected,
  goneSince,
  type Replay,
  type ReplaySelection,
  readReplays,
  replayRanges,
  type ServiceProgress,
  sendReplay,
} from '@switchboard/consumer/operate';
import { consumers } from '@switchboard/deploy/services';
import { catalogue, isEventType } from '@switchboard/events';
import type { Range, StoredRecord } from '@switchboard/kafka';
import { UsageError } from '@switchboard/service/command-line';
import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import type { Context } from './context.ts';
import { oneService } from './letter-selection.ts';
import { OpsError } from './ops-error.ts';
import { previewOf, replayDocument } from './replay-view.ts';
import { progressOf } from './services.ts';
import { counted } from './table.ts';
import { asTime } from './times.ts';

/** Events a second; few enough for any outside system. */
const RATE = 50;
const NOTE_EVERY_MS = 5_000;
const SHOWN = 5;

/** Sends events from the source topics into one service once more. */
export const replay: Command = {
  usage: 'replay --service <name> --tenant <tenant>|--all --since <time> [--until] [--types a,b] [--dry-run]',
  summary: 'send events from the topics into one service again, each with one more effect; --replay continues',
  options: ['service', 'tenant', 'all', 'since', 'until', 'types', 'replay', 'rate', 'dry-run', 'force'],
  words: 0,
  async run(given, context) {
    const service = oneService(given, 'which service');
    const rate = given.number('rate', RATE, 0);
    const progress = await progressOf(context.connection, service);
    const number = given.number('replay', 0, 1);
    if (number > 0)
      return proceed(await earlierReplay(service, number, given, context), progress, rate, given, context);

    const selection = selectionOf(service, given);
    const topics = topicsOf(selection, progress);
    await refuseGone(topics, selection, given, context);
    const ranges = await replayRanges(context.connection, topics, selection);
    if (given.is('dry-run')) return preview(selection, ranges, context);
    retryTopicOf(progress);
    const begun = await beginReplay(context.connection, (await context.publisher()).publish, selection, ranges);
    context.note(`Replay ${begun.number} begins; --replay ${begun.number} continues it if it stops.`);
    return proceed(begun, progress, rate, given, context);
  },
};

async function proceed(
  begun: Replay,
  progress: ServiceProgress,
  rate: number,
  given: Arguments,
  context: Context,
): Promise<number> {
  const { connection, privacy, signal } = context;
  const { service, number } = begun;
  if (begun.left.length === 0) {
    const text = `Replay ${number} of ${service} is complete: it sent ${counted(begun.sent, 'event')}.`;
    context.report(text, replayDocument(begun, 0));
    return 0;
  }
  if (given.is('dry-run')) return preview(begun, begun.left, context);
  const retryTopic = retryTopicOf(progress);
  if (progress.members === 0) {
    context.note(`Nothing of ${service} runs: the events will wait for it in ${retryTopic}.`);
  }
  let [count, refused] = [0, 0];
  let notedAt = performance.now();
  const after = await sendReplay(begun, {
    ...{ connection, rate, signal, retryTopic, publisher: await context.publisher() },
    sent() {
      count += 1;
      if (performance.now() - notedAt < NOTE_EVERY_MS) return;
      notedAt = performance.now();
      context.note(`${counted(count, 'event')} sent …`);
    },
    refused({ topic, partition, offset }, { message }) {
      refused += 1;
      context.note(`${topic}, partition ${partition}, offset ${offset} is left out: ${privacy.sentence(message)}`);
    },
  });
  const isComplete = after.left.length === 0;
  const text = `Replay ${number} sent ${counted(count, 'event')} into ${retryTopic}.`;
  const rest = isComplete
    ? ''
    : `\nIt is not complete: \`npm run ops -- replay --service ${service} --replay ${number}\` continues it.`;
  context.report(`${text}${rest}`, replayDocument(after, count));
  return isComplete && refused === 0 ? 0 : 1;
}

async function preview(selection: ReplaySelection, ranges: readonly Range[], context: Context): Promise<number> {
  const counts = new Map<string, number>();
  const first: StoredRecord[] = [];
  await findSelected(
    context.connection,
    selection,
    ranges,
    (record) => {
      const type = record.headers.ce_type ?? '';
      counts.set(type, (counts.get(type) ?? 0) + 1);
      if (first.length < SHOWN) first.push(record);
    },
    context.signal,
  );
  const { text, document } = previewOf(selection, counts, first, context);
  context.report(text, document);
  return 0;
}

function selectionOf(service: string, given: Arguments): ReplaySelection {
  const { since, until = Date.now() } = given;
  const tenant = given.text('tenant');
  if ((tenant === undefined) === !given.is('all')) {
    throw new UsageError('Say whose events: --tenant <tenant>, or --all for those of every tenant.');
  }
  if (since === undefined) throw new UsageError('Say from when on: --since 2h, 7d, or a time of ISO 8601.');
  if (since >= until) throw new UsageError('--since is before --until.');
  if (since > Date.now()) throw new UsageError('--since is in the past.');
  return { service, tenant, since, until: Math.min(until, Date.now()), types: typesOf(service, given) };
}

/** The types that were asked for; all that the service handles if none was. */
function typesOf(service: string, given: Arguments): string[] {
  const handled: readonly string[] | undefined = consumers.find(({ name }) => name === service)?.handles;
  const asked = given
    .text('types')
    ?.split(',')
    .map((type) => type.trim());
  for (const type of asked ?? []) {
    if (!isEventType(type)) throw new UsageError(`There is no event type ${type}: schemas/README.md lists them.`);
    if (handled?.includes(type) === false) throw new UsageError(`${service} does not handle ${type}.`);
  }
  if (asked !== undefined) return asked;
  if (handled === undefined) throw new UsageError(`Say which events ${service} handles: --types a,b.`);
  return [...handled];
}

/** A service that the catalogue does not list reads the topics that its group reads. */
function topicsOf({ service, types }: ReplaySelection, { sources }: ServiceProgress): string[] {
  if (!consumers.some(({ name }) => name === service)) return sources.map(({ topic }) => topic);
  return [...new Set(types.flatMap((type) => (isEventType(type) ? catalogue[type].topic : [])))];
}

function retryTopicOf({ service, retries }: ServiceProgress): string {
  const [first] = retries;
  if (first === undefined) throw new OpsError(`${service} has no retry topics: \`npm run register\` creates them.`);
  return first.topic;
}

async function refuseGone(
  topics: readonly string[],
  { since }: ReplaySelection,
  given: Arguments,
  context: Context,
): Promise<void> {
  const gone = await goneSince(context.connection, topics, since);
  if (gone.length === 0) return;
  const list = gone.map(({ topic, oldest }) => `${topic} before ${asTime(oldest)}`).join(', ');
  const sentence = `Kafka has deleted events that you ask for: ${list}.`;
  if (!given.is('force')) throw new OpsError(`${sentence} Choose a later --since, or --force to replay what is left.`);
  context.note(sentence);
}

async function earlierReplay(service: string, number: number, given: Arguments, context: Context): Promise<Replay> {
  const isSelecting =
    given.since !== undefined ||
    given.until !== undefined ||
    given.is('all') ||
    given.text('tenant') !== undefined ||
    given.text('types') !== undefined;
  if (isSelecting) throw new UsageError('--replay continues with the selection of that replay: leave the others out.');
  const replays = await readReplays(context.connection, service);
  const found = replays.find((one) => one.number === number);
  if (found !== undefined) return found;
  const latest = replays.slice(-5).map((one) => one.number);
  throw new OpsError(
    `${service} has no replay ${number}${latest.length === 0 ? '' : `; its latest are ${latest.join(', ')}`}.`,
  );
}
