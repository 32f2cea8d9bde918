import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { ConfigError } from '@switchboard/service';
import { readVariableFile } from './secret-file.ts';

export interface TlsFiles {
  /** What the names of its variables begin with, such as `KAFKA_TLS`. */
  readonly prefix: string;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * The TLS settings of new connections. The files are read for each one, which is rare, so a renewed certificate takes
 * effect without a watcher. While the files do not fit together, the last usable ones stay in force.
 * @throws ConfigError at once when the files cannot be used
 */
export function liveTls(files: TlsFiles): () => SecureContext {
  if ((files.cert === undefined) !== (files.key === undefined)) {
    throw new ConfigError([
      `Set ${files.prefix}_CERT_FILE and ${files.prefix}_KEY_FILE together: one is useless alone`,
    ]);
  }
  const first = readTls(files);
  let current = open(first, files);
  let mark = markOf(first);
  return () => {
    try {
      const options = readTls(files);
      if (markOf(options) !== mark) {
        current = open(options, files);
        mark = markOf(options);
      }
    } catch {
      // A file is being replaced.
    }
    return current;
  };
}

/** The contents of the files. @throws ConfigError */
export function readTls({ prefix, ca, cert, key }: TlsFiles): SecureContextOptions {
  const read = (name: string, path: string | undefined) =>
    path === undefined ? {} : { [name]: readVariableFile(`${prefix}_${name.toUpperCase()}_FILE`, path) };
  return { ...read('ca', ca), ...read('cert', cert), ...read('key', key) };
}

const markOf = (options: SecureContextOptions): string => JSON.stringify(options);

function open(options: SecureContextOptions, { prefix, ca, cert, key }: TlsFiles): SecureContext {
  try {
    return createSecureContext(options);
  } catch (error) {
    const names = Object.entries({ CA: ca, CERT: cert, KEY: key }).flatMap(([name, path]) =>
      path === undefined ? [] : [`${prefix}_${name}_FILE`],
    );
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new ConfigError([`${names.join(', ')} must be PEM files that belong together (${code})`]);
  }
}
