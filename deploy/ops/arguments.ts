import { parseArgs } from 'node:util';
import { UsageError } from './ops-error.ts';
import { readTime } from './times.ts';

/** Every option there is; a command says which of them it takes. */
const OPTIONS = {
  service: { type: 'string', multiple: true },
  code: { type: 'string' },
  type: { type: 'string' },
  source: { type: 'string' },
  reason: { type: 'string' },
  key: { type: 'string' },
  conversation: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  limit: { type: 'string' },
  rate: { type: 'string' },
  url: { type: 'string' },
  'loop-limit': { type: 'string' },
  all: { type: 'boolean' },
  history: { type: 'boolean' },
  force: { type: 'boolean' },
  yes: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
  reveal: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

export type OptionName = keyof typeof OPTIONS;

/** What every command takes. */
const COMMON: readonly OptionName[] = ['json', 'reveal', 'help'];

export interface Arguments {
  readonly words: readonly string[];
  readonly services: readonly string[];
  readonly since: number | undefined;
  readonly until: number | undefined;
  text(name: 'code' | 'type' | 'source' | 'reason' | 'key' | 'conversation' | 'url'): string | undefined;
  is(name: 'all' | 'history' | 'force' | 'yes' | 'dry-run' | 'json' | 'reveal' | 'help'): boolean;
  /** A number of at least `least`, whole unless a fraction makes sense. */
  number(name: 'limit' | 'rate' | 'loop-limit', fallback: number, least: number): number;
  /** Throws when an option was given that is none of these. */
  allow(names: readonly OptionName[]): void;
}

/** @throws UsageError */
export function readArguments(argv: readonly string[]): Arguments {
  const { positionals, values } = parse(argv);
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

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    throw new UsageError(message.split('. ')[0]?.concat('.'), { cause: error });
  }
}
