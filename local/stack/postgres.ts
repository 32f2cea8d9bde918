import { execFile } from 'node:child_process';
import { chown, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Part } from './part.ts';
import { freePort } from './ports.ts';
import { createProcess } from './process.ts';
import { installPythonPackage, type PythonPackageOptions } from './python-package.ts';
import { startWatcher } from './watcher.ts';

const run = promisify(execFile);

/** Holds Postgres 16 and pgvector 0.6; the newest Python that its wheels name is 3.12, and what we take needs none. */
const PGSERVER = {
  name: 'pgserver',
  version: '0.1.4',
  python: '3.12',
  title: 'Postgres 16 with pgvector',
  megabytes: 35,
};

export type PostgresOptions = PythonPackageOptions;

export interface Postgres extends AsyncDisposable {
  /** The URL of the database `postgres`, as the superuser. */
  readonly url: string;
  readonly server: Part;
}

/**
 * Starts a Postgres with pgvector for tests and benchmarks, on a free port. Installs it first if it is missing, and
 * removes its data when it stops.
 * @throws LocalStackError when it cannot run here
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const installed = await installPostgres(options);
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-postgres-'));
  const watcher = startWatcher();
  const dispose = async (server?: Part) => {
    await server?.stop();
    watcher.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const user = await userFor(directory);
    // Another user may have no access to our folders.
    const software = user === undefined ? installed : join(directory, 'software');
    if (user !== undefined) await cp(installed, software, { recursive: true });
    const program = (name: string) => join(software, 'pgserver/pginstall/bin', name);
    const data = join(directory, 'data');
    const initial = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    await run(program('initdb'), initial, { ...user, cwd: directory });
    const port = await freePort();
    const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${directory}`, 'fsync=off'];
    const server = createProcess(
      {
        name: 'Postgres',
        port,
        directory,
        file: 'postgres',
        command: program('postgres'),
        args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
        user,
        answers: async () => (await readFile(join(directory, 'postgres.log'), 'utf8')).includes('ready to accept'),
      },
      watcher,
      options.progress ?? (() => {}),
    );
    await server.start();
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      server,
      [Symbol.asyncDispose]: () => dispose(server),
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Postgres refuses to run as root. In that case it runs as an unprivileged user, who owns the folder. */
async function userFor(directory: string): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const numbers = await Promise.all(['-u', '-g'].map((option) => run('id', [option, 'nobody'])));
  const [uid = 0, gid = 0] = numbers.map(({ stdout }) => Number(stdout));
  await chown(directory, uid, gid);
  return { uid, gid };
}

export const installPostgres = (options: PostgresOptions = {}): Promise<string> =>
  installPythonPackage(PGSERVER, options);
