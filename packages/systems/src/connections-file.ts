import {
  type DefinitionProblem,
  either,
  type Form,
  isObject,
  type Keys,
  object,
  placeInFile,
  tableOf,
} from '@switchboard/expressions/definition';
import { CORE_SCHEMA, load, YAMLException } from 'js-yaml';
import { parseDocument } from 'yaml';
import { authForm, url } from './auth-form.ts';
import { EVERY_TENANT, ROLES, type Role } from './connection.ts';
import type { Kinds, Setting, SystemKind } from './kind.ts';

/** One connection as it stands in its file. */
export interface Entry {
  readonly tenant: string;
  readonly name: string;
  readonly role: Role;
  /** `none` says that the tenant has no system of the role. */
  readonly kind: string;
  readonly url?: string;
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly rate?: number;
  readonly concurrency?: number;
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

/** A file of connections, understood but for the secrets that it names. */
export interface ConnectionsFile {
  readonly path: string;
  readonly text: string;
  readonly entries: readonly Entry[];
  readonly problems: readonly DefinitionProblem[];
  /** `path:line:column: where what` for each problem. Does not quote the file, which may hold a misplaced secret. */
  describe(problems: readonly DefinitionProblem[]): string[];
}

/** A slash separates the tenant from the name in names of connections, so neither may hold one. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;
const HTTP = ['https:', 'http:'];
/** More problems of one file are counted. */
const MOST_DESCRIBED = 20;
/** Systems of roles that the service does not read; their settings are checked by the services that do. */
const UNKNOWN: SystemKind = {
  protocols: [...HTTP, 'smtp:', 'smtps:'],
  authDefaults: { tokenUrl: '', audience: '', password: '' },
};

/** Reads the text of a file. Mistakes are among its `problems`. */
export function parseConnections(text: string, path: string, kinds: Kinds): ConnectionsFile {
  const problems: DefinitionProblem[] = [];
  let content: unknown;
  try {
    content = load(text, { schema: CORE_SCHEMA });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { line = 0, column = 0 } = error.mark ?? {};
    const described = `${path}:${line + 1}:${column + 1}: is not valid YAML: ${error.reason}`;
    return { path, text, entries: [], problems: [{ at: [], message: '' }], describe: () => [described] };
  }
  fileForm(kinds)(content, [], problems);
  return {
    path,
    text,
    problems,
    entries: problems.length > 0 ? [] : entriesOf(content as FileContent),
    describe: describer(text, path),
  };
}

/** What is wrong with the text of a file, with line and column. Does not look for the secrets that it names. */
export function checkConnections(text: string, path: string, kinds: Kinds): string[] {
  const { problems, describe } = parseConnections(text, path, kinds);
  return problems.length === 0 ? [] : describe(problems);
}

interface FileContent {
  readonly connections: Readonly<Record<string, Readonly<Record<string, Omit<Entry, 'tenant' | 'name'>>>>>;
}

const entriesOf = ({ connections }: FileContent): Entry[] =>
  Object.entries(connections).flatMap(([tenant, named]) =>
    Object.entries(named).map(([name, entry]) => ({ ...entry, tenant, name })),
  );

/** Positions are found by a parser that knows them; it takes 20 times as long, so only where there is a problem. */
function describer(text: string, path: string): ConnectionsFile['describe'] {
  const known = new Map<string, string>();
  return (problems) => {
    const described = problems.slice(0, MOST_DESCRIBED);
    const placed = described.map(({ at }) => known.get(at.join('/')));
    if (placed.includes(undefined)) {
      const document = parseDocument(text);
      for (const problem of described) {
        const { line, column } = placeInFile(problem, { document, text, prefix: [] });
        known.set(problem.at.join('/'), `${path}:${line}:${column}`);
      }
    }
    const more = problems.length - described.length;
    return [
      ...described.map(({ at, message }) => `${known.get(at.join('/'))}: ${at.join('.') || 'the file'} ${message}`),
      ...(more > 0 ? [`${path}: ${more} more`] : []),
    ];
  };
}

function fileForm(kinds: Kinds): Form {
  // Ten thousand tenants have a handful of kinds, so forms are kept.
  const forms = new Map<string, Form>();
  const connection: Form = either((value) => {
    const { role, kind } = isObject(value) ? value : {};
    const key = `${String(role)}/${String(kind)}`;
    const form = forms.get(key) ?? connectionForm(kinds, role, kind);
    forms.set(key, form);
    return form;
  });
  return object({ connections: namesOf(namesOf(connection), [EVERY_TENANT]) }, ['connections']);
}

/** A table whose keys are names, or special ones. */
const namesOf = (form: Form, special: readonly string[] = []): Form => {
  const table = tableOf(form);
  return (value, at, problems) => {
    for (const name of isObject(value) ? Object.keys(value) : []) {
      if (!NAME.test(name) && !special.includes(name)) {
        problems.push({
          at: [...at, name],
          message: 'must be a name of 1 to 63 letters, digits, hyphens and underscores',
        });
      }
    }
    table(value, at, problems);
  };
};

function connectionForm(kinds: Kinds, role: unknown, kind: unknown): Form {
  const known = kinds[role as Role];
  const own = typeof kind === 'string' && known !== undefined && Object.hasOwn(known, kind) ? known[kind] : undefined;
  const {
    url: where,
    protocols = HTTP,
    anonymous = false,
    settings,
    ...system
  } = own ?? { ...UNKNOWN, url: '', anonymous: true };
  if (kind === 'none') return object({ role: oneOf(ROLES), kind: oneOf(['none']) }, ['role', 'kind']);
  return object(
    {
      role: oneOf(ROLES),
      kind: known === undefined ? words : oneOf([...Object.keys(known), 'none']),
      url: url(protocols),
      auth: authForm(system),
      rate: number('a number of requests a second above 0', (rate) => rate > 0),
      concurrency: number('a whole number from 1 to 1000', (n) => Number.isInteger(n) && n >= 1 && n <= 1_000),
      settings: known === undefined ? tableOf(setting({ description: '' })) : settingsForm(settings),
    },
    [
      ...['role', 'kind'],
      ...(where === undefined ? ['url'] : []),
      ...(anonymous ? [] : ['auth']),
      ...(Object.values(settings ?? {}).some(({ required }) => required) ? ['settings'] : []),
    ],
  );
}

const settingsForm = (settings: SystemKind['settings'] = {}): Form =>
  object(
    Object.fromEntries(Object.entries(settings).map(([name, one]) => [name, setting(one)])),
    Object.keys(settings).filter((name) => settings[name]?.required),
  );

const setting =
  ({ description, pattern, oneOf: allowed, check }: Setting): Form =>
  (value, at, problems) => {
    const complain = (message: string): void => void problems.push({ at, message });
    const meaning = description === '' ? '' : `: ${description}`;
    if (!['string', 'number', 'boolean'].includes(typeof value) || value === '')
      return complain(`must be a text${meaning}`);
    const text = String(value);
    if (allowed !== undefined && !allowed.includes(text))
      return complain(`must be one of ${allowed.join(', ')}${meaning}`);
    if (pattern !== undefined && !new RegExp(pattern).test(text)) return complain(`must match ${pattern}${meaning}`);
    const problem = check?.(text);
    if (problem !== undefined) complain(problem);
  };

const oneOf =
  (allowed: readonly string[]): Form =>
  (value, at, problems) => {
    if (!allowed.includes(String(value))) problems.push({ at, message: `must be one of ${allowed.join(', ')}` });
  };

const words = (value: unknown, at: Keys, problems: DefinitionProblem[]): void => {
  if (typeof value !== 'string' || !NAME.test(value)) problems.push({ at, message: 'must be the name of a kind' });
};

const number =
  (what: string, isValid: (value: number) => boolean): Form =>
  (value, at, problems) => {
    if (typeof value !== 'number' || !isValid(value)) problems.push({ at, message: `must be ${what}` });
  };
