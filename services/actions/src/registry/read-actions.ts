import { readdir, readFile, stat } from 'node:fs/promises';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import type { Auth } from '@switchboard/outbound';
import { ConfigError, type Environment, readSecret } from '@switchboard/service';
import Value from 'typebox/value';
import { parseDocument } from 'yaml';
import type { Action, Connection } from './action.ts';
import { type ActionEntry, ActionsForm, type AuthEntry, durationMs } from './action-form.ts';
import { compileAction } from './compile-action.ts';
import { type Complain, type Keys, type ParsedFile, problemLine } from './problems.ts';

export type Actions = ReadonlyMap<string, Action>;

/** Headers that are ours, or would change how the request is read. */
const OWN_HEADERS =
  /^(host|connection|content-length|content-type|transfer-encoding|upgrade|idempotency-key|authorization)$/i;
const MOST_ACTIONS = 500;

/**
 * Reads the actions of a file, or of all YAML files of a folder.
 * @throws ConfigError naming every problem with its file, line and column
 */
export async function readActions(
  path: string,
  environment: Environment,
  follow: (path: string) => Promise<void> = async () => {},
): Promise<Actions> {
  const problems: string[] = [];
  const actions = new Map<string, Action>();
  await follow(path);
  for (const file of await filesAt(path)) {
    if (file !== path) await follow(file);
    const parsed = await parse(file, problems);
    if (parsed === undefined) continue;
    const complain: Complain = (at, message, offset) => problems.push(problemLine(parsed, at, message, offset));
    const form: unknown = parsed.document.toJS();
    if (!Value.Check(ActionsForm, form)) {
      for (const [at, message] of formErrors(form)) complain(at, message);
      continue;
    }
    for (const [name, entry] of Object.entries(form.actions)) {
      const at = ['actions', name];
      if (actions.has(name)) complain(at, 'is the name of an action in another file, too');
      const connection = await readConnection(entry, {
        path: file,
        environment,
        at: [...at, 'target'],
        complain,
        follow,
      });
      actions.set(name, compileAction(name, entry, connection, at, complain));
    }
  }
  if (actions.size > MOST_ACTIONS) problems.push(`${path}: ${actions.size} actions, more than ${MOST_ACTIONS}`);
  if (problems.length > 0) throw new ConfigError(problems);
  return new Map([...actions].sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function filesAt(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => /^[^.].*\.ya?ml$/.test(name));
    return names.sort().map((name) => join(path, name));
  } catch (error) {
    throw new ConfigError([`ACTIONS cannot be read: ${path} (${(error as NodeJS.ErrnoException).code})`]);
  }
}

async function parse(path: string, problems: string[]): Promise<ParsedFile | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError([`ACTIONS cannot be read: ${path} (${error.code})`]);
  });
  const document = parseDocument(text, { prettyErrors: false });
  const parsed = { path, text, document };
  // The first mistake explains the others.
  for (const { pos, message } of document.errors.slice(0, 1)) {
    const before = text.slice(0, pos[0]).split('\n');
    problems.push(`${path}:${before.length}:${(before.at(-1) as string).length + 1} ${message}`);
  }
  return document.errors.length > 0 ? undefined : parsed;
}

/** The deepest errors: a union or an object repeats those of its parts. */
function formErrors(form: unknown): [Keys, string][] {
  const errors = Value.Errors(ActionsForm, form).filter(({ keyword }) => keyword !== 'boolean');
  return errors.map(({ instancePath, message, params }) => {
    const { additionalProperties, allowedValues, requiredProperties } = params as Record<string, unknown>;
    const at = instancePath.split('/').slice(1).map(keyOf);
    const [extra] = Array.isArray(additionalProperties) ? additionalProperties : [];
    if (typeof extra === 'string') return [[...at, extra], 'is not known here'];
    const names = allowedValues ?? requiredProperties;
    return [at, Array.isArray(names) ? `${message}: ${names.join(', ')}` : message];
  });
}

const keyOf = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~');

interface ConnectionContext {
  readonly path: string;
  readonly environment: Environment;
  readonly at: Keys;
  readonly complain: Complain;
  follow(path: string): Promise<void>;
}

async function readConnection({ target }: ActionEntry, context: ConnectionContext): Promise<Connection> {
  const { at, environment, complain } = context;
  const { url, headers = {} } = target;
  const baseUrl = typeof url === 'string' ? url : environment[url.env];
  const parsed = URL.parse(baseUrl ?? '');
  if (typeof url !== 'string' && !baseUrl) complain([...at, 'url'], `needs the environment variable ${url.env}`);
  else if (
    parsed === null ||
    !/^https?:$/.test(parsed.protocol) ||
    `${parsed.username}${parsed.password}${parsed.search}${parsed.hash}` !== ''
  ) {
    complain([...at, 'url'], 'must be a URL of http or https, without credentials and without a query');
  }
  for (const [name, value] of Object.entries(headers)) {
    const here = [...at, 'headers', name];
    if (OWN_HEADERS.test(name)) complain(here, 'cannot be set; use auth for credentials');
    else if (value.includes('${')) complain(here, 'is sent as it is: headers have no ${…}');
    else if (!isHeader(name, value)) complain(here, 'is not a header that HTTP allows');
  }
  return {
    baseUrl: baseUrl ?? '',
    auth: target.auth && (await readAuth(target.auth, context)),
    headers,
    timeoutMs: durationMs(target.timeout ?? '10s'),
    concurrency: target.concurrency ?? 32,
  };
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

type SecretEntry = Extract<AuthEntry, { bearer: unknown }>['bearer'];

async function readAuth(
  auth: AuthEntry,
  { path, environment, at, complain, follow }: ConnectionContext,
): Promise<Auth> {
  const read = async (secret: SecretEntry | string, field: string): Promise<string> => {
    if (typeof secret === 'string') return secret;
    const here = [...at, 'auth', field];
    if ('file' in secret) await follow(resolve(dirname(path), secret.file));
    return (await readSecret(secret, path, environment, (what) => complain(here, what))) ?? '';
  };
  if ('bearer' in auth) return { kind: 'bearer', token: await read(auth.bearer, 'bearer') };
  if ('header' in auth) return { kind: 'header', name: auth.header, value: await read(auth.value, 'value') };
  if ('password' in auth) {
    const user = `${await read(auth.user, 'user')}${auth.suffix ?? ''}`;
    return { kind: 'basic', user, password: await read(auth.password, 'password') };
  }
  const { tokenUrl, scope } = auth;
  const clientId = await read(auth.clientId, 'clientId');
  const clientSecret = await read(auth.clientSecret, 'clientSecret');
  return { kind: 'client-credentials', tokenUrl, clientId, clientSecret, ...(scope === undefined ? {} : { scope }) };
}
