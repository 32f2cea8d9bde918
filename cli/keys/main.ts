import { parseOptions, UsageError } from '@switchboard/service/command-line';

const USAGE = `npm run switchboard -- keys new --tenant <tenant> [--name name] [--types order.*,lead.captured | --scopes context:read,actions:*] [--expires date]

  makes an API key, and the lines for the file of its holder, which have only its SHA-256: for the sources file, whose
  clients call POST /v1/events; with --scopes for the callers file, whose callers read context and run actions

  --tenant    whose key it is; a part of the key
  --name      the name of the key in metrics and logs; default key-1
  --types     the event types that it may send, separated by commas; default all
  --scopes    what the caller may do, separated by commas
  --expires   when it stops to be valid, such as 2027-01-31
  -h, --help  this text

The key is shown once. Pass it on in a secret store, not in a message.`;

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** `npm run switchboard -- keys`. @returns the exit code */
export async function keys(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions({
    args: [...argv],
    allowPositionals: true,
    options: {
      tenant: { type: 'string' },
      name: { type: 'string', default: 'key-1' },
      types: { type: 'string' },
      scopes: { type: 'string' },
      expires: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (positionals.join(' ') !== 'new') throw new UsageError('Say `keys new --tenant <tenant>`.');
  const { tenant, name, types, scopes, expires } = values;
  if (tenant === undefined || !NAME.test(tenant)) throw new UsageError('--tenant must be letters, digits, - and _.');
  if (!NAME.test(name)) throw new UsageError('--name must be letters, digits, - and _.');
  if (expires !== undefined && !/^\d{4}-\d\d-\d\d/.test(expires)) {
    throw new UsageError('--expires must be a date such as 2027-01-31.');
  }
  if (types !== undefined && scopes !== undefined)
    throw new UsageError('--types is for the sources file, --scopes for the callers file.');
  // All providers come with it.
  const { createApiKey, digestOf, isScope, SCOPE_FORMS } = await import('@switchboard/callers');
  const wrong = listOf(scopes).find((scope) => !isScope(scope));
  if (wrong !== undefined) throw new UsageError(`--scopes: ${wrong} is no scope; there are ${SCOPE_FORMS}.`);
  const key = createApiKey(tenant);
  const held = [
    `name: ${name}`,
    `sha256: ${digestOf(key)}`,
    ...(types === undefined ? [] : [`types: [${quoted(types)}]`]),
    ...(expires === undefined ? [] : [`expires: "${expires}"`]),
  ];
  const isCaller = scopes !== undefined;
  const lines = isCaller
    ? [`  - name: ${tenant}-api`, `    tenant: ${tenant}`, `    scopes: [${quoted(scopes)}]`, '    apiKeys:']
    : [`  ${tenant}-api:`, `    tenant: ${tenant}`, '    scheme: api', '    keys:'];
  lines.push(...held.map((line, index) => `      ${index === 0 ? '- ' : '  '}${line}`));
  console.log(`${key}\n\nIn the ${isCaller ? 'callers' : 'sources'} file:\n\n${lines.join('\n')}`);
  return 0;
}

const listOf = (text = ''): string[] => text.split(',').flatMap((item) => item.trim() || []);
const quoted = (text: string): string =>
  listOf(text)
    .map((item) => JSON.stringify(item))
    .join(', ');
