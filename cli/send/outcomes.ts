import { setTimeout as sleep } from 'node:timers/promises';
import { findEvents } from '@switchboard/consumer/operate';
import type { StoredRecord } from '@switchboard/kafka';
import { type Context, openContext, sentenceOf, type Variables } from '../ops/context.ts';
import { explain, type Found, viewOf } from '../ops/lookup.ts';
import { createPrivacy } from '../ops/privacy.ts';
import { table } from '../ops/table.ts';

export interface Waiting {
  readonly topic: string;
  /** What the events are about: the part of their record keys behind the tenant; one event each. */
  readonly entities: ReadonlySet<string>;
  /** The services that handle them. */
  readonly services: readonly string[];
  /** The events were accepted after this, in epoch milliseconds. */
  readonly since: number;
  readonly timeoutMs: number;
  readonly variables: Variables;
  say(line: string): void;
}

interface Outcome {
  readonly record: StoredRecord;
  readonly found: readonly Found[];
}

const POLL_MS = 500;
const SHOWN = 20;
/** States in which nothing more happens by itself; of these, `done` alone is a success. */
const FINAL: ReadonlySet<string> = new Set(['done', 'dead', 'purged', 'skipped']);

/** Waits until each service is done with each event, and says what became of them. @returns whether all are done */
export async function waitForOutcomes(waiting: Waiting): Promise<boolean> {
  const { variables, timeoutMs, say } = waiting;
  const stop = new AbortController();
  const privacy = createPrivacy(false);
  const output = { out: say, err: say };
  const [context, close] = openContext({ variables, privacy, json: false, signal: stop.signal, ...output });
  let outcomes: readonly Outcome[] = [];
  const over = sleep(timeoutMs, undefined, { signal: stop.signal }).catch(() => {});
  const polling = poll(waiting, context, (latest) => {
    outcomes = latest;
  });
  // Later than the time limit, its failure has no reader.
  polling.catch(() => {});
  try {
    await Promise.race([polling, over]);
  } catch (error) {
    const sentence = sentenceOf(error, variables);
    if (sentence === undefined) throw error;
    say(privacy.sentence(sentence));
    return false;
  } finally {
    stop.abort();
    await close();
  }
  return report(waiting, outcomes, privacy);
}

async function poll(
  { topic, entities, services, since }: Waiting,
  context: Context,
  onOutcomes: (outcomes: readonly Outcome[]) => void,
): Promise<void> {
  const { connection, signal } = context;
  const matches = ({ key }: StoredRecord): boolean => key !== null && entities.has(entityOf(key));
  let records: StoredRecord[] = [];
  let wasOver = false;
  while (!signal.aborted) {
    if (records.length < entities.size) records = await findEvents(connection, { topics: [topic], since, matches });
    const views = await Promise.all(services.map((service) => viewOf(service, since, context)));
    const outcomes: Outcome[] = [];
    for (const record of records) {
      const found = views.map(async (view) => ({ service: view.service, ...(await view.of(record)) }));
      outcomes.push({ record, found: await Promise.all(found) });
    }
    onOutcomes(outcomes);
    const isOver = records.length >= entities.size && outcomes.every(({ found }) => found.every(isFinal));
    // Services note why an event had no effect a moment after it is done.
    if (isOver && wasOver) return;
    wasOver = isOver;
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
  }
}

/** An event that died just now has no letter yet. */
const isFinal = (found: Found): boolean =>
  FINAL.has(found.state) && (found.state !== 'dead' || found.letter !== undefined);

/** `tenant:entity` */
const entityOf = (key: Buffer | string): string => String(key).slice(String(key).indexOf(':') + 1);

function report(
  { entities, services, timeoutMs, say }: Waiting,
  outcomes: readonly Outcome[],
  privacy: Context['privacy'],
): boolean {
  const isDone = ({ found }: Outcome): boolean => found.every(({ state }) => state === 'done');
  // Those that need a look come first.
  const sorted = outcomes.toSorted((one, other) => Number(isDone(one)) - Number(isDone(other)));
  const rows = sorted
    .slice(0, SHOWN)
    .flatMap(({ record, found }) =>
      found.map((one) => [
        privacy.id(record.headers.ce_id ?? '', record.topic),
        one.service,
        one.state,
        explain(one, record, privacy),
      ]),
    );
  if (rows.length > 0) say(table([{ title: 'event' }, { title: 'service' }, { title: 'state' }, { title: '' }], rows));
  if (outcomes.length > SHOWN) say(`… and ${outcomes.length - SHOWN} more events`);
  for (const service of services) {
    const states = outcomes.flatMap(({ found }) => found.filter((one) => one.service === service));
    const counts = [...Map.groupBy(states, ({ state }) => state)].map(([state, { length }]) => `${length} ${state}`);
    say(`${service}: ${counts.join(', ') || 'nothing'}`);
  }
  const missing = entities.size - outcomes.length;
  if (missing > 0) say(`${missing} of the events are not in Kafka after ${timeoutMs / 1_000} s.`);
  const isOpen = outcomes.some(({ found }) => found.some((one) => !isFinal(one)));
  if (isOpen) say(`Not all of it is done after ${timeoutMs / 1_000} s: \`npm run ops -- lag\` shows why.`);
  return missing <= 0 && outcomes.every(isDone);
}
