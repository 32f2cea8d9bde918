import { readFile } from 'node:fs/promises';
import { explainBody } from '@switchboard/ingest/explain';
import { environment } from '@switchboard/service';
import { parseOptions, UsageError } from '@switchboard/service/command-line';
import { loadMapped } from './mapped-source.ts';
import { render } from './render.ts';

const USAGE = `npm run switchboard -- map try [body.json] [options]

  show what a body becomes: each event, where its fields were sent, and what stays in meta.extra

  body.json              the body as it is sent; without it, standard input
  --source <name>        the mapping of this source of the sources file
  --file <path>          the sources file (default SOURCES_FILE, or local/sources.yaml)
  --provider <name>      the mapping that comes with this provider, instead of a source's
  --header <name:value>  a header of the request; may be repeated
  -h, --help             this text

Exit code 1 if the mapping or the body is invalid.`;

const MOST_BYTES = 1.5 * 1_048_576;

/** `npm run switchboard -- map`. @returns the exit code */
export async function map(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions({
    args: [...argv],
    allowPositionals: true,
    options: {
      source: { type: 'string' },
      file: { type: 'string' },
      provider: { type: 'string' },
      header: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [action, path, ...more] = positionals;
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (action !== 'try') throw new UsageError('Say what to do: map try.');
  if (more.length > 0) throw new UsageError(`Give one body at a time, without ${more.join(' ')}.`);
  const mapped = await loadMapped(values, environment);
  const headers = { 'content-type': 'application/json', ...readHeaders(values.header) };
  const explained = explainBody(mapped, headers, await readBody(path));
  console.log(render(mapped, explained, process.stdout.columns));
  return explained.every(({ problems }) => problems.length === 0) ? 0 : 1;
}

function readHeaders(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^([\w-]+)\s*:\s*(.*)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined) throw new UsageError('--header is name:value.');
      return [name.toLowerCase(), value];
    }),
  );
}

async function readBody(path: string | undefined): Promise<Buffer> {
  try {
    const body = await readFile(path ?? '/dev/stdin');
    if (body.length > MOST_BYTES) throw new UsageError('The body is larger than 1.5 MiB.');
    return body;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path ?? 'The standard input'} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
