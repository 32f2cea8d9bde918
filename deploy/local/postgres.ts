import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environment } from '@switchboard/service';
import { LocalStackError } from './error.ts';
import { withLock } from './lock.mjs';
import type { Part } from './part.ts';
import { freePort } from './ports.ts';
import { createProcess } from './process.ts';
import { findProgram, type Variables } from './programs.ts';
import { checkSpace } from './software.ts';
import { startWatcher } from './watcher.ts';

const run = promisify(execFile);

/** Holds Postgres 16 and pgvector 0.6. */
const PACKAGE = 'pgserver==0.1.4';
/** The newest Python that its wheels name; what we take from it needs none. */
const WHEELS_FOR = '3.12';
const MEGABYTES = 35;
const SOFTWARE = join(import.meta.dirname, '../../.local/software');

export interface PostgresOptions {
  /** Where the servers are kept that were downloaded. */
  software?: string;
  /** Told in a line each what takes time. */
  progress?: (line: string) => void;
  /** Instead of the environment. */
  variables?: Variables;
}

export interface Postgres extends AsyncDisposable {
  /** Of the superuser and the database `postgres`. */
  readonly url: string;
  readonly server: Part;
}

/**
 * Starts a Postgres with pgvector for tests and benchmarks: on a free port, with data of its own that is removed with it.
 * It is installed first if it is not there yet.
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
    // Another user may not be able to reach our folders.
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

/** Postgres refuses to run as root: then it is `nobody`, who is given the folder. */
async function userFor(directory: string): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const numbers = await Promise.all(['-u', '-g'].map((option) => run('id', [option, 'nobody'])));
  const [uid = 0, gid = 0] = numbers.map(({ stdout }) => Number(stdout));
  await chown(directory, uid, gid);
  return { uid, gid };
}

/** @returns the folder, which is complete as soon as it is there */
export async function installPostgres(options: PostgresOptions = {}): Promise<string> {
  const { software = SOFTWARE, variables = environment, progress = () => {} } = options;
  const folder = join(software, PACKAGE.replace('==', '-'));
  if (existsSync(folder)) return folder;
  await withLock(join(software, 'install-postgres.lock'), async () => {
    if (existsSync(folder)) return;
    const python = await findPip(variables);
    await checkSpace(software, 3 * MEGABYTES);
    progress(`Downloading Postgres 16 with pgvector (once, ~11 MB) …`);
    const draft = join(software, 'draft-postgres');
    await rm(draft, { recursive: true, force: true });
    const wheel = ['--no-deps', '--only-binary=:all:', '--implementation', 'cp', '--python-version', WHEELS_FOR];
    try {
      await run(python, ['-m', 'pip', 'install', '--quiet', ...wheel, '--target', draft, PACKAGE]);
      await rename(draft, folder);
    } catch (cause) {
      throw new LocalStackError(`pip could not install ${PACKAGE}: ${lastLine(cause)}`, { cause });
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  });
  return folder;
}

async function findPip(variables: Variables): Promise<string> {
  const python = await findProgram('python3', variables);
  const advice = 'which downloads Postgres for the tests: install Python 3 and pip (python3-pip)';
  if (python === undefined) throw new LocalStackError(`There is no python3 on the PATH, ${advice}.`);
  try {
    await run(python, ['-m', 'pip', '--version']);
    return python;
  } catch (cause) {
    throw new LocalStackError(`${python} has no pip, ${advice}.`, { cause });
  }
}

const lastLine = (error: unknown): string =>
  String((error as { stderr?: string }).stderr ?? error)
    .trim()
    .split('\n')
    .at(-1) ?? '';
