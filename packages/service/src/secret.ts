import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import Type, { type Static } from 'typebox';

/** The values of variables by name, as in `environment`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** `{ env: NAME }` in a configuration file. */
export const Variable = Type.Object({ env: Type.String({ minLength: 1 }) }, { additionalProperties: false });

/** A secret in a configuration file: where it is, never the secret itself. */
export const Secret = Type.Union([
  Variable,
  Type.Object({ file: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
]);

/**
 * @param path the configuration file; relative paths of secrets start at its folder
 * @returns undefined after a complaint that does not quote the secret
 */
export async function readSecret(
  secret: Static<typeof Secret>,
  path: string,
  environment: Environment,
  complain: (what: string) => void,
): Promise<string | undefined> {
  if ('env' in secret) {
    const value = environment[secret.env];
    if (value) return value;
    complain(`needs the environment variable ${secret.env}`);
    return undefined;
  }
  try {
    const value = (await readFile(resolve(dirname(path), secret.file), 'utf8')).replace(/\r?\n$/, '');
    if (value !== '') return value;
    complain(`is empty: ${secret.file}`);
  } catch (error) {
    complain(`cannot be read: ${secret.file} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
  return undefined;
}
