import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const repository = join(import.meta.dirname, '../../..');

/** Formats the modules with the repository's `biome format` settings. */
export function biomeFormat(modules: ReadonlyMap<string, string>): Map<string, string> {
  const directory = mkdtempSync(join(tmpdir(), 'switchboard-generate-'));
  try {
    for (const [path, text] of modules) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    const biome = join(repository, 'node_modules/.bin/biome');
    const options = ['--write', '--vcs-enabled=false', `--config-path=${repository}`];
    const { status, error, stderr } = spawnSync(biome, ['format', ...options, directory], { encoding: 'utf8' });
    if (status !== 0)
      throw new Error(`biome cannot format the generated code: ${stderr ?? error?.message}`, { cause: error });
    return new Map([...modules.keys()].map((path) => [path, readFileSync(join(directory, path), 'utf8')]));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
