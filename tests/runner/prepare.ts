import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { promisify } from 'node:util';
import { environment } from '@switchboard/service';
import { LocalStackError } from '@switchboard/stack';
import { findMissing, remedyFor } from '@switchboard/stack/prerequisites';
import { findProgram } from '@switchboard/stack/programs';

const root = new URL('../..', import.meta.url).pathname;

/**
 * Installs the programs that these test files need and this machine lacks, where root can do so by apt-get.
 * @throws LocalStackError naming all of them, where nothing can
 */
export async function prepare(
  files: readonly string[],
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const paths = files.map((file) => relative(root, file));
  const apt = await findProgram('apt-get', environment);
  const remedy = remedyFor(await findMissing(paths, environment), {
    root: process.getuid?.() === 0,
    apt: apt !== undefined,
  });
  if (remedy.kind === 'name') throw new LocalStackError(remedy.message);
  if (remedy.kind === 'none' || apt === undefined) return;
  say(`Installing ${remedy.packages.join(', ')} …`);
  const env = { ...environment, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await promisify(execFile)(apt, ['update', '-qq'], { env, signal });
    const install = ['install', '-qq', '--no-install-recommends', ...remedy.packages];
    await promisify(execFile)(apt, install, { env, signal, maxBuffer: 64 * 1_048_576 });
  } catch (cause) {
    const { stderr = '', message } = cause as Error & { stderr?: string };
    throw new LocalStackError(`apt-get could not install them: ${stderr.trim() || message}`, { cause });
  }
  const left = await findMissing(paths, environment);
  if (left.length > 0) throw new LocalStackError(`Still missing: ${left.map(({ name }) => name).join(', ')}.`);
}
