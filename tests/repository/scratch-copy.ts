import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { environment } from '@switchboard/service';
import { type Manifest, root } from './source-files.ts';

/** A copy of the repository's files that tests may change and run. */
export interface ScratchCopy extends Disposable {
  readonly root: string;
  read(path: string): string;
  /** Makes each package's imports resolvable without an install. Call again after adding a package. */
  link(): void;
  /** @throws with the complete output unless the command succeeds */
  run(command: string, ...args: string[]): Promise<string>;
}

export function createScratchCopy(): ScratchCopy {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'switchboard-copy-')));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const file of listed
    .toString()
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)))) {
    cpSync(join(root, file), join(copy, file), { recursive: true, verbatimSymlinks: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

  const manifestIn = (folder: string): Manifest =>
    JSON.parse(readFileSync(join(copy, folder, 'package.json'), 'utf8')) as Manifest;
  const exclude = (path: string): boolean => path.includes('node_modules');

  function link(): void {
    const folders = globSync('*/**/package.json', { cwd: copy, exclude }).map(dirname);
    const ours = new Map(folders.map((folder) => [manifestIn(folder).name, join(copy, folder)]));
    for (const folder of folders) {
      const { dependencies, devDependencies } = manifestIn(folder);
      for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
        const place = join(copy, folder, 'node_modules', name);
        if (existsSync(place)) continue;
        mkdirSync(dirname(place), { recursive: true });
        symlinkSync(ours.get(name) ?? installed(name, folder), place);
      }
    }
  }

  /** Finds a dependency of this package or of another one; they use the same version. */
  function installed(name: string, folder: string): string {
    const [place] = [folder, ...globSync('{.,packages/*,services/*}', { cwd: root })]
      .map((other) => join(root, other, 'node_modules', name))
      .filter(existsSync);
    if (place === undefined) throw new Error(`${name} is not installed`);
    return realpathSync(place);
  }

  link();
  return {
    root: copy,
    read: (path) => readFileSync(join(copy, path), 'utf8'),
    link,
    async run(command, ...args) {
      // A nested test runner would report to the outer one instead of running.
      const { NODE_TEST_CONTEXT: _, ...variables } = environment;
      const { stdout } = await promisify(execFile)(command, args, {
        cwd: copy,
        env: variables,
        maxBuffer: 16 * 1_048_576,
      }).catch((error: { stdout?: string; stderr?: string }) => {
        throw new Error(`${command} ${args.join(' ')} failed:\n${error.stdout}${error.stderr}`, { cause: error });
      });
      return stdout;
    },
    [Symbol.dispose]: () => rmSync(copy, { recursive: true, force: true }),
  };
}
