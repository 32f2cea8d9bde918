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
  '@electric-sql/pglite': [],
  '@platformatic/wasm-utils': ['@node-rs/crc32'],
  'sqlite-vec': [],
};

/** Optional imports that are not installed, because no program uses the code that needs them. */
const NEVER_LOADED = ['pg-native'];

/**
 * Bundles a program and everything it imports into one file with a source map. Next to it, where the program looks for
 * them, come the `files` of its package.json and the packages that cannot be bundled.
 * @param directory where its folder is made; an earlier one is replaced
 */
export async function createBundle(name: string, directory: string): Promise<Bundle> {
  const script = name === 'register' ? join(import.meta.dirname, '../register.ts') : scriptOf({ name });
  const folder = join(directory, name);
  const main = join(folder, 'src/main.mjs');
  await rm(folder, { recursive: true, force: true });

  const kept = new Set<string>();
  // Threads have a file of their own, which may start further ones.
  const scripts = new Map([[script, main]]);
  for (const [source, file] of scripts) {
    await bundleScript(name, source, file, {
      kept,
      onThread: (thread) => scripts.set(thread, join(folder, 'src', threadName(thread))),
    });
  }

  const modules = join(folder, 'node_modules');
  for (const place of kept) await cp(place, modules, { recursive: true, dereference: true });
  const home = packageOf(script);
  for (const file of await filesBeside(home)) await cp(join(home, file), join(folder, file), { recursive: true });
  return { folder, script: main, bytes: (await stat(main)).size };
}

/** Lines and names stay, for stack traces. With one letter that is not ASCII, Node keeps the program at twice its size. */
const LEAN = {
  comments: { jsdoc: false, annotation: false },
  minify: {
    ...{ compress: false, mangle: false },
    codegen: { removeWhitespace: false, asciiOnly: true, legalComments: 'inline' },
  },
} as const;

interface Found {
  /** The folders of packages that cannot be bundled. */
  readonly kept: Set<string>;
  onThread(script: string): void;
}

async function bundleScript(name: string, script: string, file: string, { kept, onThread }: Found): Promise<void> {
  const input = await rolldown({
    input: script,
    platform: 'node',
    // It is for checking only.
    tsconfig: false,
    external: NEVER_LOADED,
    plugins: [keepWhole(kept), findThreads(onThread), plainNotices],
    // A dependency evaluates a text to find the global object.
    checks: { eval: false },
    onLog(_level, { message }) {
      throw new Error(`${name} cannot be bundled: ${message}`);
    },
  });
  const { output } = await input.write({
    file,
    codeSplitting: false,
    ...LEAN,
    sourcemap: true,
    sourcemapExcludeSources: true,
    // As /app/services/… in the image.
    sourcemapPathTransform: (path, map) => join('..', relative(root, resolve(dirname(map), path))),
  });
  await input.close();
  await keepOwnSources(`${file}.map`);
  for (const imported of output[0].imports) {
    if (!isBuiltin(imported) && !(imported in KEPT_WHOLE))
      throw new Error(`${imported} is not in the bundle of ${name}`);
  }
}

/** `new Worker(new URL('./thread.ts', import.meta.url))` leads to the bundle of the thread, beside the program's. */
function findThreads(onThread: (script: string) => void): Plugin {
  const thread = /(?<=new Worker\(\s*new URL\(')(\.[^']*)(?=', import\.meta\.url\))/g;
  return {
    name: 'find-threads',
    transform(code, id) {
      const changed = code.replaceAll(thread, (path) => {
        const script = resolve(dirname(id), path);
        onThread(script);
        return `./${threadName(script)}`;
      });
      // Lines stay where they are, and so does the source map.
      return changed === code ? null : { code: changed, map: null };
    },
  };
}

/** Copyright notices are kept, and lose their accents. */
const plainNotices: Plugin = {
  name: 'plain-notices',
  transform(code) {
    const changed = code.replace(/\/\*!.*?\*\//gs, (notice) => notice.normalize('NFKD').replace(/\P{ASCII}/gu, ''));
    return changed === code ? null : { code: changed, map: null };
  },
};

const threadName = (script: string): string => basename(script).replace(/\.ts$/, '.mjs');

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
