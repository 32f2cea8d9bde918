import { type DeployConfig, readDeployConfig } from '@switchboard/deploy/config';
import { handlersOf, ingest, sandbox } from '@switchboard/deploy/services';
import { catalogue, type EventType, eventTypes, isEventType } from '@switchboard/events';
import { environment } from '@switchboard/service';
import { parseOptions, UsageError } from '@switchboard/service/command-line';
import { playDemo } from './demo.ts';
import { createSampleEvent, type SampleEvent } from './sample-event.ts';
import { type Answer, sendEvents } from './send-events.ts';

const USAGE = `Signs and sends sample events to ingest:

  npm run send -- <event type> [--count n] [--rate per second] [--same] [--source name] [--url address]
                                     [--wait] [--timeout seconds]
  npm run send -- demo [--rate per second] [--url address]

  demo plays a small story whose effects the sandbox shows.
  --wait waits until each service is done with the events, up to --timeout (default 30), and says what it did.
  --same repeats one event, as a sender does that had no answer. --help (-h) shows this text.

Event types: ${eventTypes.join(', ')}`;

/** Between this machine and the brokers. */
const CLOCK_SKEW_MS = 60_000;

/** Slow enough to be watched. */
const ACTS_PER_SECOND = 0.5;

/** A day: more than a timer can hold is no time limit. */
const MOST_SECONDS = 86_400;

/** Further answers are only counted. */
const SHOWN = 5;

function readArguments(argv: readonly string[]) {
  const { positionals, values } = parseOptions({
    args: [...argv],
    allowPositionals: true,
    options: {
      count: { type: 'string', default: '1' },
      rate: { type: 'string' },
      same: { type: 'boolean', default: false },
      source: { type: 'string' },
      url: { type: 'string' },
      wait: { type: 'boolean', default: false },
      timeout: { type: 'string', default: '30' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [type, ...rest] = positionals;
  if (type === undefined || values.help) return undefined;
  if (!isKnown(type)) throw new UsageError(`There is no event type ${type}; there are demo, ${eventTypes.join(', ')}.`);
  if (rest.length > 0) throw new UsageError(`Give one event type at a time, without ${rest.join(' ')}.`);
  const count = Number(values.count);
  if (!Number.isInteger(count) || count < 1) throw new UsageError('--count must be a whole number from 1.');
  const rate = values.rate === undefined ? undefined : Number(values.rate);
  if (rate !== undefined && !(rate > 0)) throw new UsageError('--rate must be a number above 0.');
  const timeout = Number(values.timeout);
  if (!(timeout > 0 && timeout <= MOST_SECONDS))
    throw new UsageError(`--timeout must be a number of seconds up to ${MOST_SECONDS}.`);
  if (values.wait && type === 'demo') throw new UsageError('--wait does not go with demo.');
  if (values.url !== undefined && !URL.canParse(values.url)) throw new UsageError(`${values.url} is no URL.`);
  return { ...values, type, count, rate, timeout };
}

const isKnown = (type: string): type is EventType | 'demo' => type === 'demo' || isEventType(type);

type Arguments = NonNullable<ReturnType<typeof readArguments>>;

/** @returns whether every event was accepted */
async function run({ type, count, rate, same, source, wait, timeout, url: given }: Arguments): Promise<boolean> {
  const config = readDeployConfig();
  const url = given ?? `http://127.0.0.1:${config.portOf(ingest)}`;
  if (type === 'demo') return runDemo(url, config, rate);
  const create = (): SampleEvent => {
    const event = createSampleEvent(type);
    return source === undefined ? event : { ...event, source };
  };
  const first = create();
  console.log(`${count} × ${type} → ${url.replace(/\/+$/, '')}/webhooks/${first.source}`);
  console.log(handledBy(type));

  const answers: Answer[] = [];
  const entities = new Set<string>();
  const since = Date.now() - CLOCK_SKEW_MS;
  const startedAt = performance.now();
  let sent = 0;
  await sendEvents({
    url,
    secret: config.LOCAL_SECRET,
    count,
    rate,
    next: () => (same || sent++ === 0 ? first : create()),
    onAnswer(answer, { entity }) {
      answers.push(answer);
      if (isAccepted(answer)) entities.add(entity);
      if (answers.length <= SHOWN) console.log(`  ${answer.status || 'no answer'}  ${answer.text}`);
      if (answers.length === SHOWN && count > SHOWN) console.log('  …');
    },
  });
  console.log(summaryOf(answers, performance.now() - startedAt));
  const allAccepted = succeeded(answers, url);
  const services = handlersOf(type);
  if (!wait || services.length === 0 || entities.size === 0) return allAccepted;
  // The clients of Kafka and Redis, which sending does not need.
  const { waitForOutcomes } = await import('./outcomes.ts');
  const { topic } = catalogue[type];
  const say = (line: string): void => console.log(line);
  const timeoutMs = timeout * 1_000;
  return (
    (await waitForOutcomes({ topic, entities, services, since, timeoutMs, variables: environment, say })) && allAccepted
  );
}

async function runDemo(url: string, config: DeployConfig, rate = ACTS_PER_SECOND): Promise<boolean> {
  const answers = await playDemo({
    url,
    sandboxUrl: `http://127.0.0.1:${config.portOf(sandbox)}`,
    secret: config.LOCAL_SECRET,
    pauseMs: 1_000 / rate,
    say: (line) => console.log(line),
  });
  return succeeded(answers, url);
}

/** Which services the events will reach: not every type has a visible effect. */
export function handledBy(type: EventType): string {
  const services = handlersOf(type);
  if (services.length === 0) return `handled by no service: it stays in ${catalogue[type].topic}`;
  return `handled by: ${services.join(', ')}`;
}

/** Points at `npm start` when nothing listens. */
function succeeded(answers: readonly Answer[], url: string): boolean {
  const refused = answers.find(({ text }) => text === 'ECONNREFUSED');
  if (refused !== undefined) console.error(`Nothing listens on ${url}: is \`npm start\` running?`);
  return answers.every(isAccepted);
}

const isAccepted = ({ status, text }: Answer): boolean => status === 200 && !text.includes('"skipped"');

function outcomeOf(answer: Answer): string {
  if (isAccepted(answer)) return 'accepted';
  if (answer.status === 0) return 'without an answer';
  return answer.status === 200 ? 'skipped' : `× ${answer.status}`;
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

/** `npm run send`. @returns the exit code */
export async function send(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv);
  if (given === undefined) {
    console.log(USAGE);
    return 0;
  }
  return (await run(given)) ? 0 : 1;
}
