import type { Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import type { Context, Variables } from './context.ts';
import { OpsError } from './ops-error.ts';
import { counted, table } from './table.ts';
import { asTime } from './times.ts';

const SHOWN = 50;
const TIMEOUT_MS = 10_000;
/** The keys of flows may name people. */
const TOPIC = 'flows.timeouts';

interface Instance {
  readonly id: string;
  readonly flow: string;
  readonly version: number;
  readonly key: string;
  readonly round: number;
  readonly state: string;
  readonly events: readonly { readonly type: string; readonly arrived: boolean }[];
  readonly openedAt: string;
  readonly dueAt: string | null;
  readonly endedAt: string | null;
}

/** What the flows wait for. */
export const flowsList: Command = {
  usage: 'flows list [--flow] [--key] [--limit 50]',
  summary: 'what the flows wait for, since when, and until when',
  options: ['flow', 'key', 'limit'],
  words: 0,
  async run(given, context) {
    const query = new URLSearchParams({ state: 'waiting', limit: String(given.number('limit', SHOWN, 1)) });
    for (const name of ['flow', 'key'] as const) {
      const value = given.text(name);
      if (value !== undefined) query.set(name, value);
    }
    const answer = (await call(context, 'GET', `?${query}`)) as { instances: readonly Instance[]; more: boolean };
    const documents = answer.instances.map((instance) => ({
      ...instance,
      key: context.privacy.id(instance.key, TOPIC),
    }));
    const columns = [
      { title: 'id' },
      { title: 'flow', most: 32 },
      { title: 'key', most: 32 },
      { title: 'since' },
      { title: 'until' },
      { title: 'has', most: 40 },
      { title: 'waits for' },
    ];
    const rows = documents.map(({ id, flow, version, key, openedAt, dueAt, events }) => [
      ...[
        id,
        `${flow} v${version}`,
        key,
        asTime(Date.parse(openedAt)),
        dueAt === null ? '' : asTime(Date.parse(dueAt)),
      ],
      typesOf(events, true),
      typesOf(events, false),
    ]);
    const head = answer.more
      ? `More than ${counted(rows.length, 'instance')} wait; these are the oldest.`
      : `${counted(rows.length, 'instance')} ${rows.length === 1 ? 'waits' : 'wait'}.`;
    const rest = answer.more ? '\n\n--limit shows more of them.' : '';
    const shown = rows.length === 0 ? '' : `\n\n${table(columns, rows, context.columns)}`;
    context.report(`${head}${shown}${rest}`, { instances: documents, more: answer.more });
    return 0;
  },
};

const typesOf = (events: Instance['events'], arrived: boolean): string =>
  events
    .filter((event) => event.arrived === arrived)
    .map(({ type }) => type)
    .join(', ');

/** Ends one without an effect. */
export const flowsCancel: Command = {
  usage: 'flows cancel <id>',
  summary: 'end an instance that waits: neither `then` nor `otherwise` happens',
  options: [],
  words: 1,
  async run(given: Arguments, context) {
    const id = given.words[2] ?? '';
    if (!/^[0-9]{1,18}$/.test(id)) throw new OpsError('The id of an instance is a number: `flows list` shows it.');
    await call(context, 'DELETE', `/${id}`);
    context.report(`Instance ${id} is cancelled.`, { cancelled: id });
    return 0;
  },
};

async function call({ variables, signal }: Context, method: string, path: string): Promise<unknown> {
  const { url, key } = addressOf(variables);
  const request = { method, headers: { authorization: `Bearer ${key}` } };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const response = await fetch(`${url}/v1/flows/instances${path}`, { ...request, signal: limit }).catch((cause) => {
    throw new OpsError(`The flows service does not answer at ${url}: start it, or set FLOWS_URL.`, { cause });
  });
  if (response.status === 204) return undefined;
  const body = (await response.json().catch(() => ({}))) as { detail?: string };
  if (response.ok) return body;
  if (response.status === 401) throw new OpsError('The flows service does not know the API key: set FLOWS_API_KEY.');
  throw new OpsError(`The flows service answered ${response.status}: ${body.detail ?? 'no reason given'}`);
}

function addressOf({ FLOWS_URL, FLOWS_PORT, FLOWS_API_KEY }: Variables): { url: string; key: string } {
  const url = (FLOWS_URL || `http://127.0.0.1:${FLOWS_PORT || '8087'}`).replace(/\/+$/, '');
  if (!URL.canParse(url)) throw new OpsError('FLOWS_URL must be a URL, such as http://127.0.0.1:8087.');
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
  const key = FLOWS_API_KEY || (isLocal ? LOCAL_API_KEY : '');
  if (key === '') throw new OpsError('Set FLOWS_API_KEY to an API key with the scopes flows:read and flows:cancel.');
  return { url, key };
}

/** The key of `npm start`, which is valid nowhere else. */
const LOCAL_API_KEY = 'sb_local_6c6f63616c2d6f70657261746f722d6f662d666c6f777321_72a556e6';
