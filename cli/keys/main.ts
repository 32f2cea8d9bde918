import { parseOptions, UsageError } from '@switchboard/service/command-line';

const USAGE = `npm run switchboard -- keys new --tenant <tenant> [--name name] [--types order.*,lead.captured] [--expires date]

  makes an API key for POST /v1/events, and the lines for the sources file, which hold only its SHA-256

  --tenant    whose key it is; a part of the key
  --name      the name of the key in metrics and logs; default key-1
  --types     the event types that it may send, separated by commas; default all
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
      expires: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (positionals.join(' ') !== 'new') throw new UsageError('Say `keys new --tenant <tenant>`.');
  const { tenant, name, types, expires } = values;
  if (tenant === undefined || !NAME.test(tenant)) throw new UsageError('--tenant must be letters, digits, - and _.');
  if (!NAME.test(name)) throw new UsageError('--name must be letters, digits, - and _.');
  if (expires !== undefined && !/^\d{4}-\d\d-\d\d/.test(expires)) {
    throw new UsageError('--expires must be a date such as 2027-01-31.');
  }
  // All of ingest comes with it.
  const { createApiKey, digestOf } = await import('@switchboard/ingest');
  const key = createApiKey(tenant);
  const lines = [
    '    keys:',
    `      - name: ${name}`,
    `        sha256: ${digestOf(key)}`,
    ...(types === undefined ? [] : [`        types: [${types.split(',').map((type) => JSON.stringify(type.trim()))}]`]),
    ...(expires === undefined ? [] : [`        expires: "${expires}"`]),
  ];
  console.log(
    `${key}\n\nIn the sources file:\n\n  ${tenant}-api:\n    tenant: ${tenant}\n    scheme: api\n${lines.join('\n')}`,
  );
  return 0;
}
