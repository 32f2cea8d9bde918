import { type DeployConfig, readDeployConfig } from '@switchboard/deploy/config';
import { ingest, sandbox } from '@switchboard/deploy/services';
import { type EventType, isPublicEventType, publicEventTypes } from '@switchboard/events';
import { environment } from '@switchboard/service';
import { parseOptions, UsageError } from '@switchboard/service/command-line';
import { playDemo } from './demo.ts';
import { type Outgoing, run, succeeded } from './run.ts';
import { createSampleEvent, type SampleEvent } from './sample-event.ts';

const USAGE = `Signs and sends sample events to ingest:

  npm run send -- <event type> [--count n] [--rate per second] [--same] [--source name] [--url address]
                                     [--wait] [--timeout seconds]
  npm run send -- demo [--rate per second] [--url address]
  npm run send -- --provider <name> [example] [--source name] …
  npm run send -- --body <file> --source <name> [--header name:value …] …
  npm run send -- --list [--provider <name>]

  demo plays a small story whose effects the sandbox shows.
  --provider sends the examples of a vendor, or one of them, signed as the vendor does, to the source of that name.
  --body sends a captured body again, signed for a source; --header adds a header and may be repeated.
  --list shows the examples.
  --wait waits until each service is done with the events, up to --timeout (default 30), and says what it did.
  --source names another source; a client of the events API is sent lists of events, with its key.
  --same repeats one event, as a sender does that had no answer. --help (-h) shows this text.

Event types: ${publicEventTypes.join(', ')}`;

/** Slow enough to be watched. */
const ACTS_PER_SECOND = 0.5;

/** A day: more than a timer can hold is no time limit. */
const MOST_SECONDS = 86_400;

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
      provider: { type: 'string' },
      body: { type: 'string' },
      header: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const isVendors = values.provider !== undefined || values.body !== undefined || values.list;
  // The names of examples have spaces.
  const example = isVendors && positionals.length > 0 ? positionals.join(' ') : undefined;
  const [type, ...rest] = isVendors ? [] : positionals;
  if (type === undefined && !isVendors) return undefined;
  if (type !== undefined && !isKnown(type))
    throw new UsageError(`There is no event type ${type}; there are demo, ${publicEventTypes.join(', ')}.`);
  if (rest.length > 0) throw new UsageError(`Give one event type at a time, without ${rest.join(' ')}.`);
  if (values.body !== undefined && (values.provider !== undefined || example !== undefined))
    throw new UsageError('--body does not go with --provider or an example.');
  if (values.body !== undefined && values.source === undefined) throw new UsageError('--body needs --source.');
  const count = Number(values.count);
  if (!Number.isInteger(count) || count < 1) throw new UsageError('--count must be a whole number from 1.');
  const rate = values.rate === undefined ? undefined : Number(values.rate);
  if (rate !== undefined && !(rate > 0)) throw new UsageError('--rate must be a number above 0.');
  const timeout = Number(values.timeout);
  if (!(timeout > 0 && timeout <= MOST_SECONDS))
    throw new UsageError(`--timeout must be a number of seconds up to ${MOST_SECONDS}.`);
  if (values.wait && type === 'demo') throw new UsageError('--wait does not go with demo.');
  if (values.url !== undefined && !URL.canParse(values.url)) throw new UsageError(`${values.url} is no URL.`);
  return { ...values, type, example, count, rate, timeout };
}

const isKnown = (type: string): type is EventType | 'demo' => type === 'demo' || isPublicEventType(type);

type Arguments = NonNullable<ReturnType<typeof readArguments>>;

/** @returns whether every event was accepted */
async function runAll(given: Arguments): Promise<boolean> {
  const config = readDeployConfig();
  const sending = {
    ...given,
    url: given.url ?? `http://127.0.0.1:${config.portOf(ingest)}`,
    secret: config.LOCAL_SECRET,
  };
  const { type, source, provider, body } = given;
  if (provider !== undefined || body !== undefined) {
    // The mappings of the providers, which sample events do not need.
    const { examplePlans, replayPlan } = await import('./vendor-plans.ts');
    const plans =
      body === undefined
        ? await examplePlans(provider ?? '', { ...given, url: sending.url })
        : [await replayPlan(body, { ...given, url: sending.url })];
    let areAccepted = true;
    for (const plan of plans) areAccepted = (await run(plan, sending)) && areAccepted;
    return areAccepted;
  }
  if (type === undefined || type === 'demo') return runDemo(sending.url, config, given.rate);
  const create = (): Outgoing & SampleEvent => {
    const event = createSampleEvent(type);
    return { ...event, source: source ?? event.source, becomes: [{ type, entity: event.entity }] };
  };
  return run({ title: type, create, ...(await deliveryTo(source, sending.url)) }, sending);
}

/** How events go to a source: signed, unless it is a client of the events API. */
async function deliveryTo(source: string | undefined, url: string) {
  if (source === undefined) return {};
  // The sources file, which events for their default sources do not need.
  const { apiDelivery, apiKeyOf } = await import('./api-source.ts');
  const apiKey = await apiKeyOf(source, environment);
  return apiKey === undefined ? {} : { deliver: apiDelivery(url, apiKey), path: '/v1/events' };
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

/** `npm run send`. @returns the exit code */
export async function send(argv: readonly string[]): Promise<number> {
  const given = readArguments(argv);
  if (given === undefined) {
    console.log(USAGE);
    return 0;
  }
  if (given.list) {
    const { listExamples } = await import('./vendor-plans.ts');
    console.log(listExamples(given.provider));
    return 0;
  }
  return (await runAll(given)) ? 0 : 1;
}
