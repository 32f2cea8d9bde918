import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, realpath, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { LocalStackError } from './error.ts';
import { withLock } from './lock.mjs';
import { findOrDownloadMaven } from './maven.ts';
import type { Variables } from './programs.ts';
import type { Watcher } from './watcher.ts';

/** The products by Maven profile, with the size of their download. */
const PRODUCTS = {
  kafka: { title: 'Kafka', megabytes: 44 },
  registry: { title: 'Apicurio Registry', megabytes: 109 },
  redis: { title: 'Redis', megabytes: 11 },
} as const;

export type Product = keyof typeof PRODUCTS;

/** The folder of what is downloaded. */
export const SOFTWARE = join(import.meta.dirname, '../../.local/software');

const POM = join(import.meta.dirname, 'pom.xml');

export interface Installation {
  /** The folder of the products. Each version has its own folder. */
  directory: string;
  variables: Variables;
  progress: (line: string) => void;
  /** The Java that Maven runs on. Default that of the machine. */
  java?: string;
  /** Ends Maven if this process is killed. */
  watcher: Watcher;
}

/** The version of a product, from pom.xml. */
export async function versionOf(product: Product): Promise<string> {
  const version = new RegExp(`<${product}.version>(.*)<`).exec(await readFile(POM, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`pom.xml has no ${product}.version`);
  return version;
}

/**
 * Installs missing products once. A folder with its final name is complete. If several processes call it at a time,
 * one installs and the others wait.
 * @returns the folder of each product
 */
export async function install(
  products: readonly Product[],
  options: Installation,
): Promise<Partial<Record<Product, string>>> {
  const folders = new Map<Product, string>();
  for (const product of products) {
    folders.set(product, join(options.directory, `${product}-${await versionOf(product)}`));
  }
  const missing = () => new Map([...folders].filter(([, folder]) => !existsSync(folder)));
  if (missing().size > 0) {
    await withLock(
      join(options.directory, 'install.lock'),
      async () => {
        if (missing().size > 0) await download(missing(), options);
      },
      (holder) => options.progress(`Waiting for process ${holder}, which is downloading …`),
    );
  }
  return Object.fromEntries(folders);
}

/**
 * Makes a folder of `software` once. It appears only when it is complete. If several processes call it at a time, one
 * fills it and the others wait.
 * @returns the folder
 */
export async function installOnce(
  { software, name, version, megabytes }: { software: string; name: string; version: string; megabytes: number },
  fill: (draft: string) => Promise<void>,
): Promise<string> {
  const folder = join(software, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  await withLock(join(software, `install-${name}.lock`), async () => {
    if (existsSync(folder)) return;
    await checkSpace(software, megabytes);
    const draft = join(software, `draft-${name}`);
    await rm(draft, { recursive: true, force: true });
    try {
      await fill(draft);
      await rename(draft, folder);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  });
  return folder;
}

async function download(folders: ReadonlyMap<Product, string>, options: Installation): Promise<void> {
  const { directory, progress } = options;
  const maven = await findOrDownloadMaven(options);
  const products = [...folders.keys()];
  const megabytes = products.reduce((sum, product) => sum + PRODUCTS[product].megabytes, 0);
  // The download, its unpacked files, and a reserve.
  await checkSpace(directory, 3 * megabytes + 100);
  const names = await Promise.all(products.map(async (name) => `${PRODUCTS[name].title} ${await versionOf(name)}`));
  progress(`Downloading ${names.join(', ')} (once, ~${megabytes} MB) …`);
  const draft = join(directory, 'draft');
  await rm(draft, { recursive: true, force: true });
  try {
    await runMaven(maven, [`-P${products.join(',')}`, `-Dsoftware=${draft}`], options);
    for (const [product, folder] of folders) await rename(join(draft, product), folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Runs Maven and reports its progress. */
async function runMaven(maven: string, args: string[], options: Installation): Promise<void> {
  const { directory, java, variables, progress, watcher } = options;
  const log = join(directory, 'install.log');
  await writeFile(log, '');
  const child = spawn(maven, ['-B', '-U', '-f', POM, ...args, 'package'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...variables, ...(java === undefined ? {} : { JAVA_HOME: dirname(dirname(await realpath(java))) }) },
  });
  if (child.pid !== undefined) watcher.add(child.pid);
  const exit = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const lines: string[] = [];
  let megabytes = 0;
  const started = Date.now();
  const timer = setInterval(() => {
    progress(`… ${Math.round(megabytes)} MB after ${Math.round((Date.now() - started) / 1000)} s`);
  }, 10_000);
  const read = async (stream: NodeJS.ReadableStream) => {
    for await (const line of createInterface({ input: stream })) {
      lines.push(line);
      megabytes += sizeIn(line);
      await appendFile(log, `${line}\n`);
    }
  };
  const code = await Promise.all([exit, read(child.stdout), read(child.stderr)])
    .then(([value]) => value)
    .finally(() => clearInterval(timer));
  if (child.pid !== undefined) watcher.remove(child.pid);
  if (code !== 0) throw new LocalStackError(mavenProblem(lines, log));
}

/** `Downloaded from central: https://… (8.0 MB at 4.2 MB/s)` */
function sizeIn(line: string): number {
  const [, size, unit] = /^\S* ?\S*Downloaded .*\(([\d.]+) (B|kB|MB) at/.exec(line) ?? [];
  return size === undefined ? 0 : Number(size) / { B: 1e6, kB: 1e3, MB: 1 }[unit as 'B' | 'kB' | 'MB'];
}

function mavenProblem(lines: readonly string[], log: string): string {
  const text = lines.join('\n');
  if (/No space left on device/.test(text))
    return `The disk is full: make room and start again (Maven's output is in ${log}).`;
  if (/Unknown host|Connect(ion)? |timed? ?out|Could not transfer|Network is unreachable/i.test(text)) {
    return `Maven could not download from Maven Central: check the network, or the proxy or mirror in ~/.m2/settings.xml (its output is in ${log}).`;
  }
  const reason = lines.find((line) => line.includes('[ERROR]'))?.replace(/^.*\[ERROR\] /, '') ?? 'no reason given';
  return `Maven failed (its output is in ${log}): ${reason.slice(0, 300)}`;
}

/** @throws LocalStackError when the disk of `directory` has less free space */
export async function checkSpace(directory: string, megabytes: number, read = statfs): Promise<void> {
  await mkdir(directory, { recursive: true });
  const { bavail, bsize } = await read(directory);
  const free = Math.floor((bavail * bsize) / 1e6);
  if (free >= megabytes) return;
  throw new LocalStackError(
    `The disk of ${directory} has ${free} MB left and ${megabytes} MB are needed: make room and start again.`,
  );
}

/** The path of the installed redis-server for this platform. */
export async function redisServer(folder: string): Promise<string> {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const file = (await readdir(folder)).find((name) => name.endsWith(platform));
  const advice = 'install Redis 6.2 or later, so that redis-server is on the PATH, or set REDIS_URL';
  if (file === undefined) throw new LocalStackError(`Maven Central has no Redis for ${platform}: ${advice}.`);
  const command = join(folder, file);
  try {
    await promisify(execFile)(command, ['--version']);
  } catch (cause) {
    throw new LocalStackError(`The downloaded Redis does not run on this system: ${advice}.`, { cause });
  }
  return command;
}
