import { dirname, resolve } from 'node:path';
import { placeInFile } from '@switchboard/providers';
import { ConfigError } from '@switchboard/service';
import Value from 'typebox/value';
import { type Document, parseDocument } from 'yaml';
import { CallersForm, type Entry } from './callers-form.ts';
import { SCOPE_FORMS } from './scopes.ts';

/** The callers file, understood but for what it names: secrets and keys. */
export interface CallersFile {
  readonly path: string;
  readonly entries: readonly Entry[];
  /** `file:line:column: where what`, for a problem of what the entries say. */
  problemAt(at: At, what: string): string;
}

/** The files that secrets and public keys come from. */
export const namedFiles = ({ entries, path }: CallersFile): string[] =>
  entries.flatMap(({ hmac, jwt }) => {
    const secrets = (hmac?.secrets ?? []).flatMap((secret) => ('file' in secret ? [secret.file] : []));
    const keys = jwt?.publicKeyFile === undefined ? [] : [jwt.publicKeyFile];
    return [...secrets, ...keys].map((file) => resolve(dirname(path), file));
  });

/** The keys and indexes that lead to a value of the file. */
export type At = readonly (string | number)[];

/** 10,000 keys are 1.5 MB. */
const MOST_CHARACTERS = 8 * 1_048_576;
const MOST_PROBLEMS = 20;

/** What to do about a value of the wrong form, by its key. */
const REMEDIES: Readonly<Record<string, string>> = {
  sha256: 'must be the SHA-256 of a key, 64 digits of hex: `npm run switchboard -- keys new` prints it',
  expires: 'must be an ISO 8601 time such as 2027-01-31',
  name: 'must be letters, digits, - and _, up to 63 of them',
  tenant: 'must be letters, digits, - and _, up to 63 of them',
  jwksUrl: 'must be the address of a JSON Web Key Set',
  scopes: `must be a list of: ${SCOPE_FORMS}`,
};

/** @throws ConfigError naming every problem at once, each with its line; it quotes no value, which may be a misplaced secret */
export function parseCallers(text: string, path: string): CallersFile {
  if (text.length > MOST_CHARACTERS) throw new ConfigError([`${path} is larger than ${MOST_CHARACTERS} characters`]);
  const document = parseDocument(text);
  const problemAt = (at: At, what: string): string => {
    const { line, column } = placeInFile({ at: [...at], message: what }, { document, text, prefix: [] });
    return `${path}:${line}:${column}: ${nameOf(at)} ${what}`;
  };
  if (document.errors.length > 0) throw new ConfigError(document.errors.map((error) => syntaxProblem(error, path)));
  const file = plainValue(document, path);
  if (Value.Check(CallersForm, file)) return { path, entries: file.callers, problemAt };
  const problems = new Map<string, string>();
  for (const { instancePath, keyword, message, params } of Value.Errors(CallersForm, file)) {
    const at = instancePath.split('/').slice(1);
    // A union reports each of its branches first and itself last.
    problems.set(instancePath, problemAt(at, `${remedyFor(at, keyword) ?? message}${named(params)}`));
    if (problems.size === MOST_PROBLEMS) break;
  }
  throw new ConfigError([...problems.values()]);
}

const syntaxProblem = ({ message, linePos }: Document.Parsed['errors'][number], path: string): string => {
  const [place] = linePos ?? [];
  const [first = ''] = message.split('\n');
  return `${path}:${place?.line ?? 1}:${place?.col ?? 1}: ${first.replace(/ at line \d+, column \d+:$/, '')}`;
};

function plainValue(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS();
  } catch {
    // The only thing that a document without errors throws for.
    throw new ConfigError([`${path}: has too many aliases: write the values out`]);
  }
}

const remedyFor = (at: At, keyword: string): string | undefined =>
  keyword === 'required' || keyword === 'additionalProperties'
    ? undefined
    : REMEDIES[String(at.findLast((key) => !/^\d+$/.test(String(key))))];

function named(params: object): string {
  const { additionalProperties, allowedValues } = params as Record<string, unknown>;
  const names = additionalProperties ?? allowedValues;
  return Array.isArray(names) ? `: ${names.join(', ')}` : '';
}

/** `callers[0].apiKeys[1].sha256` */
const nameOf = (at: At): string =>
  at.length === 0
    ? 'the file'
    : at.map((key, index) => (/^\d+$/.test(String(key)) ? `[${key}]` : `${index === 0 ? '' : '.'}${key}`)).join('');
