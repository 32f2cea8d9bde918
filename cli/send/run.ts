import { handlersOf } from '@switchboard/deploy/services';
import { catalogue, type EventType } from '@switchboard/events';
import { environment } from '@switchboard/service';
import type { Webhook } from './sample-event.ts';
import { type Answer, type Deliver, sendEvents } from './send-events.ts';

/** An event that a webhook becomes. */
export interface Becoming {
  readonly type: EventType;
  /** What it is about: the last part of its record key. */
  readonly entity: string;
}

export interface Outgoing extends Webhook {
  readonly becomes: readonly Becoming[];
  /** Why it, or a part of it, becomes none. */
  readonly problems?: readonly string[];
}

/** What is sent, and how often. */
export interface Plan<O extends Outgoing = Outgoing> {
  readonly title: string;
  /** Makes a webhook that was never sent before. */
  create(): O;
  /** Default: signed as the platform does. */
  readonly deliver?: Deliver<O>;
  /** Where it goes; default the webhooks of its source. */
  readonly path?: string;
}

export interface Sending {
  readonly url: string;
  readonly secret: string;
  readonly count: number;
  readonly rate: number | undefined;
  /** Repeat one. */
  readonly same: boolean;
  readonly wait: boolean;
  /** How long to wait, in seconds. */
  readonly timeout: number;
}

/** Between this machine and the brokers. */
const CLOCK_SKEW_MS = 60_000;

/** Further answers are only counted. */
const SHOWN = 5;

const say = (line: string): void => console.log(line);

/** Sends, and shows the answers. @returns whether all were accepted and, with `wait`, whether their services are done */
export async function run<O extends Outgoing>(plan: Plan<O>, sending: Sending): Promise<boolean> {
  const { title, create, deliver } = plan;
  const { url, secret, count, rate, same, wait, timeout } = sending;
  const first = create();
  const { path = `/webhooks/${first.source}` } = plan;
  say(`${count} × ${title} → ${url.replace(/\/+$/, '')}${path}`);
  for (const type of new Set(first.becomes.map((becoming) => becoming.type)))
    say(type === title ? handledBy(type) : `becomes ${type}, ${handledBy(type)}`);
  for (const problem of first.problems ?? []) say(`becomes no event: ${problem}`);
  if (first.becomes.length === 0 && first.problems === undefined) say('becomes no event');

  const answers: Answer[] = [];
  let allAsExpected = true;
  const accepted: Becoming[] = [];
  const since = Date.now() - CLOCK_SKEW_MS;
  const startedAt = performance.now();
  let sent = 0;
  await sendEvents({
    url,
    secret,
    count,
    rate,
    deliver,
    next: () => (same || sent++ === 0 ? first : create()),
    onAnswer(answer, { becomes }) {
      answers.push(answer);
      if (isAccepted(answer)) accepted.push(...becomes);
      else if (outcomeOf(answer) !== 'skipped' || becomes.length > 0) allAsExpected = false;
      if (answers.length <= SHOWN) say(`  ${answer.status || 'no answer'}  ${answer.text}`.trimEnd());
      if (answers.length === SHOWN && count > SHOWN) say('  …');
    },
  });
  say(summaryOf(answers, performance.now() - startedAt));
  explainSilence(answers, url);
  return wait ? (await waitFor(accepted, since, timeout * 1_000)) && allAsExpected : allAsExpected;
}

async function waitFor(accepted: readonly Becoming[], since: number, timeoutMs: number): Promise<boolean> {
  let areDone = true;
  for (const [type, events] of Map.groupBy(accepted, (becoming) => becoming.type)) {
    const services = handlersOf(type);
    if (services.length === 0) continue;
    // The clients of Kafka and Redis, which sending does not need.
    const { waitForOutcomes } = await import('./outcomes.ts');
    const { topic } = catalogue[type];
    const entities = new Set(events.map(({ entity }) => entity));
    const isDone = await waitForOutcomes({ topic, entities, services, since, timeoutMs, variables: environment, say });
    areDone &&= isDone;
  }
  return areDone;
}

/** Which services the events will reach: not every type has a visible effect. */
export function handledBy(type: EventType): string {
  const services = handlersOf(type);
  if (services.length === 0) return `handled by no service: it stays in ${catalogue[type].topic}`;
  return `handled by: ${services.join(', ')}`;
}

/** Whether all were accepted. Points at `npm start` when nothing listens. */
export function succeeded(answers: readonly Answer[], url: string): boolean {
  explainSilence(answers, url);
  return answers.every(isAccepted);
}

function explainSilence(answers: readonly Answer[], url: string): void {
  const refused = answers.find(({ text }) => text === 'ECONNREFUSED');
  if (refused !== undefined) console.error(`Nothing listens on ${url}: is \`npm start\` running?`);
}

const isAccepted = (answer: Answer): boolean =>
  answer.status === 200 && !isSkipped(answer) && !answer.text.includes('"quarantined"');

/** Of a body with several items, some may be skipped. */
const isSkipped = ({ text }: Answer): boolean =>
  text.includes('"skipped"') && !text.includes('"events"') && !text.includes('"duplicates"');

function outcomeOf(answer: Answer): string {
  if (isAccepted(answer)) return 'accepted';
  if (answer.status === 0) return 'without an answer';
  if (answer.status !== 200) return `× ${answer.status}`;
  return isSkipped(answer) ? 'skipped' : 'in quarantine';
}

function summaryOf(answers: readonly Answer[], ms: number): string {
  const counts = new Map<string, number>();
  for (const answer of answers) {
    const outcome = outcomeOf(answer);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  const times = answers.map((answer) => answer.ms).sort((one, other) => one - other);
  const at = (share: number): string => (times[Math.ceil(times.length * share) - 1] ?? 0).toFixed(0);
  const perSecond = answers.length > 1 ? `, ${Math.round((answers.length * 1_000) / ms)}/s` : '';
  const latency = answers.length > 1 ? `answered in ${at(0.5)} ms (median), ${at(0.99)} ms (p99)` : `in ${at(1)} ms`;
  return `${[...counts].map(([outcome, n]) => `${n} ${outcome}`).join(', ')} — ${latency}${perSecond}`;
}
