import { readFileSync } from 'node:fs';
import { ConfigError } from '@switchboard/service';

/** Reads a file that a variable names. @throws ConfigError that names both and quotes nothing */
export function readVariableFile(variable: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`${variable} cannot be read: ${path} (${(error as NodeJS.ErrnoException).code})`]);
  }
  if (text.trim() === '') throw new ConfigError([`${variable} is empty: ${path}`]);
  return text;
}

/**
 * A value that a variable holds, or a file that `<variable>_FILE` names. The file is read at each call, so that it can
 * be rotated; while it cannot be read, the last value stays in force.
 * @throws ConfigError at once when neither is usable
 */
export function liveSecret<N extends string>(
  config: { readonly [K in N | `${N}_FILE`]?: string | undefined },
  variable: N,
  because: string,
): () => string {
  const values: Readonly<Record<string, string | undefined>> = config;
  const [value, path] = [values[variable], values[`${variable}_FILE`]];
  if (value !== undefined && path !== undefined)
    throw new ConfigError([`Set ${variable} or ${variable}_FILE, not both`]);
  if (value !== undefined) return () => value;
  if (path === undefined)
    throw new ConfigError([`${variable} or ${variable}_FILE is not set, and ${because} needs it`]);
  const read = (): string => readVariableFile(`${variable}_FILE`, path).replace(/\r?\n$/, '');
  let last = read();
  return () => {
    try {
      last = read();
    } catch {
      // Between the removal and the return of a file, the last value is the best one.
    }
    return last;
  };
}
