import { readFile } from 'node:fs/promises';
import { parseSources } from '@switchboard/ingest/sources';
import { providerNames } from '@switchboard/providers';
import { ConfigError, environment } from '@switchboard/service';
import { parseOptions, UsageError } from '@switchboard/service/command-line';
import { type KnownSources, namedSource, readSourcesFile, secretsOf } from '../../sources/named-source.ts';
import { type Capture, readCurl, readHeaders } from './capture.ts';
import { diagnose, type Examined } from './diagnose.ts';
import { keyOf, queryOf } from './trial.ts';

const USAGE = `npm run switchboard -- doctor signature --source <name> --headers <file> --body <file>

  say why the signature of a captured request is refused, or that it is right

The source, one of:
  --source <name>       of the sources file: SOURCES_FILE, default that of npm start
  --scheme <name>       without a sources file, with
  --secret-env <name>     the environment variable that holds the secret
  --setting <name=value>  what the scheme needs besides; may be repeated

The request:
  --headers <file>      lines such as X-Signature: value; the request line may stand before them
  --curl <file>         in its place: the output of curl -v
  --body <file>         the body, as raw bytes; default empty
  --url <address>       that was called; default what the capture shows
  --method <method>     default what the capture shows, or POST
  --at <time>           when it arrived, in ISO 8601; default now

  -h, --help            this text

It tries the usual mistakes with the providers' own checks and shows no secret, no signature and nothing of the body.
Exit code 0 if the signature is right, 1 if it is wrong, 2 if the command cannot be understood.`;

const OPTIONS = {
  source: { type: 'string' },
  scheme: { type: 'string' },
  'secret-env': { type: 'string' },
  setting: { type: 'string', multiple: true },
  headers: { type: 'string' },
  curl: { type: 'string' },
  body: { type: 'string' },
  url: { type: 'string' },
  method: { type: 'string' },
  at: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** `npm run switchboard -- doctor signature`. @returns the exit code */
export async function doctorSignature(argv: readonly string[], variables: Environment = environment): Promise<number> {
  try {
    const { values } = parseOptions({ args: [...argv], options: OPTIONS });
    if (values.help) {
      console.log(USAGE);
      return 0;
    }
    const { isRight, sentences } = await diagnose(await examinedOf(values, variables));
    for (const sentence of sentences) console.log(sentence);
    return isRight ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ConfigError)) throw error;
    console.error(`${error.message} \`npm run switchboard -- doctor signature --help\` shows what there is.`);
    return 2;
  }
}

type Options = Readonly<
  Partial<Record<Exclude<keyof typeof OPTIONS, 'help' | 'setting'>, string>> & { setting?: readonly string[] }
>;

async function examinedOf(options: Options, variables: Environment): Promise<Examined> {
  const capture = await captureOf(options);
  const body = options.body === undefined ? Buffer.alloc(0) : await contentOf('body', options.body);
  const at = options.at === undefined ? Date.now() : Date.parse(options.at);
  if (Number.isNaN(at)) throw new UsageError('--at must be an ISO 8601 time.');
  const called = options.url ?? capture.url;
  if (called !== undefined && !URL.canParse(called)) throw new UsageError('--url must be a URL.');
  const { name, known } = await sourceIn(options, variables, called);
  const source = await namedSource(name, known);
  const { provider, settings, publicUrl, secrets, requireTimestamp } = source;
  const others = Object.entries(known.file.entries).filter(([other]) => other !== name);
  return {
    provider,
    scheme: source.scheme,
    settings,
    secrets,
    keys: secrets.flatMap((secret) => keyOf(provider, secret) ?? []),
    requireTimestamp,
    url: publicUrl === undefined ? undefined : publicUrl + queryOf(called),
    called,
    method: options.method ?? capture.method ?? 'POST',
    headers: capture.headers,
    body,
    now: at,
    isTimeKnown: options.at !== undefined,
    others: await Promise.all(
      others.map(async ([other, theirs]) => ({
        name: other,
        scheme: theirs.scheme,
        secrets: (await secretsOf(other, known)).filter((secret) => !secrets.includes(secret)),
      })),
    ),
  };
}

async function captureOf({ headers, curl }: Options): Promise<Capture> {
  if ((headers === undefined) === (curl === undefined)) throw new UsageError('Give either --headers or --curl.');
  if (headers !== undefined) return readHeaders((await contentOf('headers', headers)).toString());
  return readCurl((await contentOf('curl', curl ?? '')).toString());
}

async function contentOf(option: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`--${option}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** The sources file, or a source that the options describe, and the name of the source. */
async function sourceIn(
  options: Options,
  variables: Environment,
  called: string | undefined,
): Promise<{ readonly name: string; readonly known: KnownSources }> {
  const { source, scheme, 'secret-env': secretEnv } = options;
  if ((source === undefined) === (scheme === undefined)) throw new UsageError('Give either --source or --scheme.');
  if (source !== undefined) return { name: source, known: await readSourcesFile(variables) };
  if (!providerNames.some((name) => name === scheme))
    throw new UsageError(`There is no scheme ${scheme}; there are ${providerNames.join(', ')}.`);
  const entry = {
    tenant: 'captured',
    scheme,
    insecureSecrets: true,
    ...(secretEnv === undefined ? {} : { secrets: [{ env: secretEnv }] }),
    ...(called === undefined ? {} : { publicUrl: called.replace(/[?#].*$/, '') }),
    ...Object.fromEntries((options.setting ?? []).map(settingOf)),
  };
  // JSON is YAML.
  const file = parseSources(JSON.stringify({ sources: { captured: entry } }), '--scheme');
  return { name: 'captured', known: { file, variables } };
}

function settingOf(text: string): [name: string, value: unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError('--setting must be written as name=value.');
  const value = text.slice(at + 1);
  return [text.slice(0, at), /^(?:\d+|true|false)$/.test(value) ? JSON.parse(value) : value];
}
