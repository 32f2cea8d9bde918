import { parseOptions, UsageError } from '@switchboard/service/command-line';
import { readTime } from './times.ts';

/** All options; a command lists those that it takes. */
const OPTIONS = {
  service: {
    type: 'string',
    multiple: true,
    value: 'name',
    help: 'of this service; may be repeated where several make sense',
  },
  code: { type: 'string', value: 'code', help: 'that failed with this code' },
  type: { type: 'string', value: 'type', help: 'of this event type' },
  types: { type: 'string', value: 'types', help: 'of these event types, separated by commas' },
  channel: { type: 'string', value: 'channel', help: 'of this channel: chat, slack, email, webhook' },
  source: { type: 'string', value: 'name', help: 'from this source' },
  reason: { type: 'string', value: 'reason', help: 'refused for this reason' },
  flow: { type: 'string', value: 'name', help: 'of this flow' },
  tenant: { type: 'string', value: 'tenant', help: 'of this tenant' },
  key: { type: 'string', value: 'key', help: 'with this record key, or its part behind the tenant' },
  conversation: { type: 'string', value: 'id', help: 'of this conversation, order, article or other entity' },
  since: { type: 'string', value: 'time', help: 'from this time on: 15m, 2h, 7d ago, or ISO 8601' },
  until: { type: 'string', value: 'time', help: 'up to this time' },
  replay: { type: 'string', value: 'number', help: 'continue the replay with this number' },
  limit: { type: 'string', value: 'number', help: 'how many are shown' },
  by: { type: 'string', value: 'tenant', help: '`tenant`: which tenants wait longest' },
  rate: { type: 'string', value: 'number', help: 'how many are sent a second' },
  url: { type: 'string', value: 'url', help: 'where ingest listens' },
  'loop-limit': { type: 'string', value: 'number', help: 'refuse letters that came back so often (default 3)' },
  all: { type: 'boolean', help: 'everything; for lag, also the topics in which nothing waits' },
  history: { type: 'boolean', help: 'also what is dealt with' },
  watch: { type: 'boolean', help: 'again every 2 s, until Ctrl-C' },
  force: { type: 'boolean', help: 'also letters that came back too often, or what is left where events are gone' },
  yes: { type: 'boolean', help: 'do it' },
  'dry-run': { type: 'boolean', help: 'show what would be done, and change nothing' },
  json: { type: 'boolean', help: 'one JSON document' },
  reveal: { type: 'boolean', help: 'show payloads, and addresses and numbers of people' },
  help: { type: 'boolean', short: 'h', help: 'this text' },
} as const;

export type OptionName = keyof typeof OPTIONS;

/** Every command takes these. */
const COMMON: readonly OptionName[] = ['json', 'reveal', 'help'];

export interface Arguments {
  readonly words: readonly string[];
  readonly services: readonly string[];
  readonly since: number | undefined;
  readonly until: number | undefined;
  text(
    name:
      | 'by'
      | 'code'
      | 'type'
      | 'types'
      | 'channel'
      | 'source'
      | 'reason'
      | 'key'
      | 'flow'
      | 'tenant'
      | 'conversation'
      | 'url',
  ): string | undefined;
  is(name: 'all' | 'history' | 'watch' | 'force' | 'yes' | 'dry-run' | 'json' | 'reveal' | 'help'): boolean;
  /** A number of at least `least`, whole unless a fraction makes sense. */
  number(name: 'limit' | 'rate' | 'loop-limit' | 'replay', fallback: number, least: number): number;
  /** Throws when an option was given that is none of these. */
  allow(names: readonly OptionName[]): void;
}

/** @throws UsageError */
export function readArguments(argv: readonly string[]): Arguments {
  const { positionals, values } = parseOptions({ args: [...argv], options: OPTIONS, allowPositionals: true });
  const { service = [], since, until } = values;
  return {
    words: positionals,
    services: service,
    since: since === undefined ? undefined : readTime('since', since),
    until: until === undefined ? undefined : readTime('until', until),
    text: (name) => values[name],
    is: (name) => values[name] ?? false,
    number(name, fallback, least) {
      const given = values[name];
      if (given === undefined) return fallback;
      const number = Number(given);
      const fits = name === 'rate' ? number > 0 : Number.isInteger(number) && number >= least;
      if (!fits) throw new UsageError(`--${name} is a number ${name === 'rate' ? 'above 0' : `from ${least}`}.`);
      return number;
    },
    allow(names) {
      const known = new Set<string>([...COMMON, ...names]);
      const strange = Object.keys(values).find((name) => !known.has(name));
      if (strange !== undefined) throw new UsageError(`--${strange} does not go with this command.`);
    },
  };
}

/** The lines of a command's help that explain its options. */
export function describeOptions(names: readonly OptionName[]): string {
  const all = [...new Set([...names, ...COMMON])].map((name): [option: string, help: string] => {
    const option = OPTIONS[name];
    const short = 'short' in option ? `-${option.short}, ` : '';
    return [`${short}--${name}${'value' in option ? ` <${option.value}>` : ''}`, option.help];
  });
  const width = all.reduce((widest, [option]) => Math.max(widest, option.length), 0);
  return all.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`).join('\n');
}
