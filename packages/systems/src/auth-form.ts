import { either, exactly, type Form, isObject, type Keys, object, text } from '@switchboard/expressions/definition';
import { type Auth, checkAuth } from '@switchboard/outbound';
import type { SystemKind } from './kind.ts';

/** Reads a secret, or undefined after a complaint. */
export type ReadSecret = (secret: SecretPlace, at: Keys) => Promise<string | undefined>;
export type SecretPlace = { readonly env: string } | { readonly file: string };

/** What each kind of authentication consists of. A name that ends with `?` is optional. */
const FIELDS: Readonly<Record<Auth['kind'], Readonly<Record<string, 'text' | 'url' | 'secret'>>>> = {
  header: { name: 'text', value: 'secret' },
  bearer: { token: 'secret' },
  basic: { user: 'text', password: 'secret' },
  'client-credentials': { tokenUrl: 'url', clientId: 'text', clientSecret: 'secret', 'scope?': 'text' },
  'jwt-bearer': {
    ...{ tokenUrl: 'url', issuer: 'text', audience: 'text', privateKey: 'secret' },
    ...{ 'subject?': 'text', 'keyId?': 'text' },
  },
  jwt: { issuer: 'text', audience: 'text', privateKey: 'secret', 'subject?': 'text', 'keyId?': 'text' },
};

const isPlace = (value: unknown): value is SecretPlace => isObject(value) && ('env' in value || 'file' in value);

const place: Form = either((value) =>
  isObject(value) && 'env' in value
    ? object({ env: text('must be the name of an environment variable') }, ['env'])
    : object({ file: text('must be the path of a file') }, ['file']),
);
const secret: Form = either((value) =>
  isPlace(value)
    ? place
    : (_value, at, problems) =>
        void problems.push({ at, message: 'must say where the secret is: { env: NAME } or { file: path }' }),
);
const plain: Form = either((value) =>
  isPlace(value) ? place : text('must be a text, { env: NAME } or { file: path }'),
);
export const url =
  (protocols: readonly string[]): Form =>
  (value, at, problems) => {
    const parsed = typeof value === 'string' ? URL.parse(value) : null;
    if (parsed === null || !protocols.includes(parsed.protocol)) {
      problems.push({
        at,
        message: `must be a URL that begins with ${protocols.map((one) => `${one}//`).join(' or ')}`,
      });
    } else if (parsed.username + parsed.password + parsed.search + parsed.hash !== '') {
      problems.push({
        at,
        message: 'must be a URL without credentials, query and fragment: credentials belong in auth',
      });
    }
  };
const tokenUrl = either((value) =>
  typeof value === 'string' && value.startsWith('/') ? text('must be a URL') : url(['https:', 'http:']),
);
const FORMS = { text: plain, url: tokenUrl, secret } as const;

const bare = (name: string): string => name.replace(/\?$/, '');

const formOf = (kind: Auth['kind'], defaults: SystemKind['authDefaults'] = {}): Form => {
  const fields = Object.entries(FIELDS[kind]);
  const required = fields.map(([name]) => name).filter((name) => !name.endsWith('?') && !(name in defaults));
  return object(
    { kind: exactly(kind), ...Object.fromEntries(fields.map(([name, form]) => [bare(name), FORMS[form]])) },
    required,
  );
};

/** The form of `auth` for a kind of system; of a system that the service does not know, with nothing left out. */
export const authForm = ({ auth = Object.keys(FIELDS) as Auth['kind'][], authDefaults }: SystemKind): Form => {
  const forms = new Map(auth.map((kind) => [kind as string, formOf(kind, authDefaults)]));
  const unknown: Form = (value, at, problems) =>
    void problems.push({
      at: isObject(value) && 'kind' in value ? [...at, 'kind'] : at,
      message: `must be one of ${auth.join(', ')}${isObject(value) ? '' : ', as in { kind: bearer, token: { env: NAME } }'}`,
    });
  return either((value) => forms.get(isObject(value) ? String(value.kind) : '') ?? unknown);
};

/**
 * @param value has the form
 * @param baseUrl where a token URL that is a path starts
 * @returns undefined after a complaint that does not quote a secret
 */
export async function readAuth(
  value: Readonly<Record<string, unknown>>,
  {
    baseUrl,
    defaults = {},
    at,
    read,
    complain,
  }: {
    readonly baseUrl: string;
    readonly defaults?: SystemKind['authDefaults'];
    readonly at: Keys;
    readonly read: ReadSecret;
    readonly complain: (at: Keys, message: string) => void;
  },
): Promise<Auth | undefined> {
  const kind = value.kind as Auth['kind'];
  const auth: Record<string, string> = { kind };
  for (const name of Object.keys(FIELDS[kind]).map(bare)) {
    const given = value[name] ?? defaults[name];
    if (given === undefined) continue;
    const found = isPlace(given) ? await read(given, [...at, name]) : String(given);
    if (found === undefined) return undefined;
    auth[name] = name === 'tokenUrl' && found.startsWith('/') ? baseUrl.replace(/\/$/, '') + found : found;
  }
  try {
    checkAuth(auth as unknown as Auth);
    return auth as unknown as Auth;
  } catch (error) {
    complain(at, (error as Error).message.replace(/^auth: /, ''));
    return undefined;
  }
}
