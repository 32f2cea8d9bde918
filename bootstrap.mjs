// Runs a TypeScript file of this repository: node bootstrap.mjs <script.ts> [arguments…]
// It needs nothing but Node.js: it installs the dependencies (Node 24 among them) when they have changed, and hands over.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, markInstalled } from './local/stack/installed.mjs';

const OLDEST_NODE = 20;
/** A terminal's Ctrl-C comes to us twice, from the terminal and from npm. */
const SAME_PRESS_MS = 300;

const root = fileURLToPath(new URL('.', import.meta.url));
const node = join(root, 'node_modules/node/bin/node');

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  fail(
    `Node.js ${OLDEST_NODE} or later is needed, and this is ${process.versions.node}: install it from https://nodejs.org.`,
  );
}
const [script, ...args] = process.argv.slice(2);
if (script === undefined) fail('Usage: node bootstrap.mjs <script.ts> [arguments…]');

if (!isInstalled(root)) {
  const { withLock } = await import('./local/stack/lock.mjs');
  await withLock(
    join(root, '.local/dependencies.lock'),
    async () => {
      if (!isInstalled(root)) await install();
    },
    (holder) => console.log(`Waiting for process ${holder}, which is installing the dependencies …`),
  ).catch((error) => {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
    fail(`The dependencies are installed into ${root}, and you may not write there: ${error.message}.`);
  });
}
run([join(root, script), ...args]);

async function install() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  console.log('Installing the dependencies (once) …');
  const started = Date.now();
  const timer = setInterval(() => {
    console.log(`… still installing, ${Math.round((Date.now() - started) / 1000)} s`);
  }, 10_000);
  const output = await npx([
    '--yes',
    packageManager,
    'install',
    '--frozen-lockfile',
    '--config.confirm-modules-purge=false',
    // Of the user's settings; pnpm-workspace.yaml names the one package that may run any.
    '--config.ignore-scripts=false',
  ]);
  clearInterval(timer);
  if (output !== undefined) {
    console.error(output);
    fail(
      'The dependencies could not be installed; what pnpm said is above. Check the network and the npm registry, and try again.',
    );
  }
  if (!existsSync(node)) {
    fail(`pnpm has left out ${node}: delete node_modules, and try again.`);
  }
  markInstalled(root);
}

/** @param {string[]} args @returns {Promise<string | undefined>} the end of its output when it failed */
function npx(args) {
  return new Promise((resolve) => {
    const child = spawn('npx', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output = (output + text).slice(-4_000);
      });
    }
    child.once('error', (error) => resolve(`npx did not start: ${error.message}`));
    child.once('close', (code) => resolve(code === 0 ? undefined : output));
  });
}

/**
 * The script runs in a process group of its own, and gets one signal for each that was meant for us. It has an IPC
 * channel, by whose 'disconnect' event it notices that we were killed.
 * @param {string[]} args
 */
function run(args) {
  const child = spawn(node, args, { detached: true, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  let last = 0;
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    if (Date.now() - last < SAME_PRESS_MS) return;
    last = Date.now();
    child.kill(signal);
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, forward);
  // npm tells a SIGTERM to the shell between us, which dies of it without a word.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent && last === 0) forward('SIGTERM');
  }, 500);
  child.once('error', (error) => fail(`${node} did not start: ${error.message}`));
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
}

/** @param {string} sentence @returns {never} */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
