import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';

interface Check {
  readonly name: string;
  /** Resolves with what is wrong, empty when nothing is. */
  run(): Promise<string>;
}

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { packageManager: string };

/** What must hold before a test is worth running. */
export const checks: readonly Check[] = [
  {
    name: 'types',
    run: () =>
      outputOf('npx', ['--yes', packageManager, 'exec', 'turbo', 'run', 'typecheck', '--output-logs=errors-only']),
  },
  { name: 'lint and format', run: () => outputOf('node_modules/.bin/biome', ['check', '--error-on-warnings', '.']) },
  {
    name: 'generated code, schema evolution',
    run: () => outputOf(process.execPath, ['packages/events/generate/main.ts', '--check']),
  },
  {
    name: 'lockfile',
    async run() {
      const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
      return /tarball:/.test(lockfile)
        ? 'pnpm-lock.yaml names download addresses: run pnpm install without a mirror'
        : '';
    },
  },
];

/** Runs a command; resolves with what it printed if it failed, else with nothing. */
async function outputOf(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  return code === 0 ? '' : output.trim() || `${command} ended with ${code}`;
}
