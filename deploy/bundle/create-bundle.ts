import { existsSync, realpathSync } from 'node:fs';
import { cp, readFile, rm, stat } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { scriptOf } from '../services.ts';
import { keepOwnSources } from './own-source-map.ts';

const root = join(import.meta.dirname, '../..');

export interface Bundle {
  /** Can be moved anywhere: nothing outside of it is needed but Node. */
  readonly folder: string;
  readonly script: string;
  /** Of the script, without its source map. */
  readonly bytes: number;
}

/** Packages with machine code or WebAssembly, which they find by their own place; and what they are chosen over. */
const KEPT_WHOLE: Readonly<Record<string, readonly string[]>> = {
  '@platformatic/wasm-utils': ['@node-rs/crc32'],
  'sqlite-vec': [],
  '@electric-sql/pglite': [],
};

/** How code names a file that it runs in a thread. */
const THREAD = /new URL\('\.\/([\w-]+-thread)\.ts', import\.meta\.url\)/g;

/** Optional imports that are not installed, because no program uses the code that needs them. */
const NEVER_LOADED = ['pg-native'];

/**
 * Bundles a program and everything it imports into one file with a source map, and each of its threads into another.
 * Next to it, where the program looks for them, come the `files` of its package.json and the packages that cannot be
 * bundled.
 * @param directory where its folder is made; an earlier one is replaced
 */
export async function createBundle(name: string, directory: string): Promise<Bundle> {
  const script = name === 'register' ? join(import.meta.dirname, '../register.ts') : scriptOf({ name });
  const folder = join(directory, name);
  const main = join(folder, 'src/main.mjs');
  await rm(folder, { recursive: true, force: true });

  const kept = new Set<string>();
  const threads = new Map<string, string>();
  await writeBundle(script, main, [keepWhole(kept), findThreads(threads)]);
  for (const [thread, source] of threads) await writeBundle(source, join(folder, 'src', thread), [keepWhole(kept)]);

  const modules = join(folder, 'node_modules');
  for (const place of kept) await cp(place, modules, { recursive: true, dereference: true });
  const home = packageOf(script);
  for (const file of await filesBeside(home)) await cp(join(home, file), join(folder, file), { recursive: true });
  return { folder, script: main, bytes: (await stat(main)).size };
}

async function writeBundle(script: string, file: string, plugins: readonly Plugin[]): Promise<void> {
  const input = await rolldown({
    input: script,
    platform: 'node',
    // It is for checking only.
    tsconfig: false,
    external: NEVER_LOADED,
    plugins: [...plugins],
    // A dependency evaluates a text to find the global object.
    checks: { eval: false },
    onLog(_level, { message }) {
      throw new Error(`${script} cannot be bundled: ${message}`);
    },
  });
  const { output } = await input.write({
    file,
    codeSplitting: false,
    sourcemap: true,
    sourcemapExcludeSources: true,
    // As /app/services/… in the image.
    sourcemapPathTransform: (path, map) => join('..', relative(root, resolve(dirname(map), path))),
  });
  await input.close();
  await keepOwnSources(`${file}.map`);
  for (const imported of output[0].imports) {
    if (!isBuiltin(imported) && !(imported in KEPT_WHOLE))
      throw new Error(`${imported} is not in the bundle of ${script}`);
  }
}

/** Collects the files that the program runs in threads, by the name that they have next to it. */
function findThreads(threads: Map<string, string>): Plugin {
  return {
    name: 'find-threads',
    transform(code, path) {
      if (code.search(THREAD) === -1) return null;
      const found = code.replaceAll(THREAD, (_, name) => {
        threads.set(`${name}.mjs`, join(dirname(path), `${name}.ts`));
        return `new URL('./${name}.mjs', import.meta.url)`;
      });
      // The lines stay where they are.
      return { code: found, map: null };
    },
  };
}

/** Collects the folders in which pnpm has such a package together with what it depends on. */
function keepWhole(places: Set<string>): Plugin {
  return {
    name: 'keep-whole',
    resolveId(source, importer) {
      const alternatives = KEPT_WHOLE[source];
      if (alternatives === undefined || importer === undefined) return null;
      for (const name of [source, ...alternatives]) places.add(modulesWith(name, importer));
      return { id: source, external: true };
    },
  };
}

function modulesWith(name: string, importer: string): string {
  const found = createRequire(importer)
    .resolve.paths(name)
    ?.map((folder) => join(folder, name))
    .find((folder) => existsSync(folder));
  if (found === undefined) throw new Error(`${name} is not installed for ${importer}`);
  const place = realpathSync(found);
  return name.startsWith('@') ? dirname(dirname(place)) : dirname(place);
}

/** Its package.json lists the packages that a program needs in addition to its code. */
async function filesBeside(home: string): Promise<readonly string[]> {
  const manifest = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { files?: string[] };
  return manifest.files ?? [];
}

const packageOf = (script: string): string =>
  basename(dirname(script)) === 'src' ? dirname(dirname(script)) : dirname(script);
