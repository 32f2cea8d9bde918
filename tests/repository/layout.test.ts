import assert from 'node:assert/strict';
import { basename, dirname, join } from 'node:path';
import { it } from 'node:test';
import { filesOf, manifestOf, packageFolders, packageOf, textOf } from './source-files.ts';

/** All handwritten code. */
const sources = filesOf('**/*.{ts,mjs}').filter((path) => !path.includes('/generated/'));

/** The workspace packages that each package's code may use, and those that only its tests may use. */
const ALLOWED: Readonly<Record<string, string>> = {
  'packages/events': '',
  'packages/async': '',
  'packages/client': '',
  'packages/database': 'async',
  'packages/expressions': '',
  'packages/people': 'events',
  'packages/providers': 'events expressions',
  'packages/tracing': 'async',
  'packages/service': 'async tracing',
  'packages/callers': 'providers service',
  'packages/alerts': 'async outbound service',
  'packages/outbound': 'async tracing',
  'packages/kafka': 'async events tracing',
  'packages/connections': 'kafka outbound service',
  'packages/systems': 'async expressions outbound service',
  'packages/consumer': 'alerts async connections events kafka outbound service tracing',
  services: 'async consumer events outbound service systems tracing',
  'services/actions': 'async callers connections database events expressions kafka outbound service tracing',
  'services/crm-sync': 'async consumer events expressions outbound service systems tracing',
  'services/flows': 'async callers consumer database events expressions outbound people service tracing',
  'services/ingest': 'alerts async callers connections events kafka providers service tracing',
  'services/notifier': 'async consumer events expressions outbound people service systems tracing',
  sandbox: 'service client',
  deploy: 'connections consumer events kafka service',
  'local/stack': 'service',
  'local/start': 'async deploy ingest providers sandbox service stack',
  catalogue: 'actions deploy events flows ingest kb-indexer notifier outbound service',
  cli: 'async callers client connections consumer deploy events flows ingest kafka notifier providers sandbox service stack',
};
const ALLOWED_IN_TESTS = 'cli client events kafka sandbox service stack tracing';

it('dependencies point one way: services, consumer, kafka, events', () => {
  for (const folder of packageFolders.filter((path) => !/^(bench|tests)$/.test(path))) {
    const allowed = ALLOWED[folder] ?? (folder.startsWith('services/') ? ALLOWED.services : undefined);
    assert.ok(allowed !== undefined, `${folder} is new: list here what it may depend on`);
    const ours = (dependencies: object = {}) =>
      Object.keys(dependencies).flatMap((name) => /^@switchboard\/(.+)/.exec(name)?.[1] ?? []);
    const { dependencies, devDependencies } = manifestOf(folder);
    for (const name of ours(dependencies)) assert.ok(allowed.split(' ').includes(name), `${folder} uses ${name}`);
    for (const name of ours(devDependencies))
      assert.ok(ALLOWED_IN_TESTS.split(' ').includes(name), `${folder} tests with ${name}`);
  }
});

const IMPORT = /(?:^(?:import|export|\}).*from |^import |\bimport\()'(\.[^']*)'/gm;
/** Code generated from templates has its own imports. */
const withoutTemplates = (text: string): string => text.replaceAll(/`[^`]*`/g, '');

it('no import reaches into another package by its path', () => {
  // bootstrap.mjs, outside all packages, runs before they are installed.
  for (const file of sources.filter((path) => packageOf(path) !== undefined)) {
    for (const [, path = ''] of withoutTemplates(textOf(file)).matchAll(IMPORT)) {
      assert.equal(packageOf(join(dirname(file), path)), packageOf(file), `${file} imports ${path}`);
    }
  }
});

it('no code bypasses the lint rule against process.env', () => {
  for (const file of sources) {
    assert.doesNotMatch(textOf(file), /\{[^}]*\benv\b[^}]*\}\s*=\s*(globalThis\.)?process\b/, file);
  }
});

/** Files that are easier to read whole than in parts, and why. */
const LONG: Readonly<Record<string, string>> = {
  'packages/kafka/src/publish/batcher.test.ts': 'one table of cases',
};

it('warns of files with more than 300 lines', (context) => {
  for (const file of sources.filter((path) => !(path in LONG))) {
    const lines = textOf(file).split('\n').length - 1;
    if (lines > 300) context.diagnostic(`${file} has ${lines} lines: split it by subject, or say in LONG why not`);
  }
  for (const file of Object.keys(LONG))
    assert.ok(sources.includes(file), `${file} does not exist: remove it from LONG`);
});

it('file names are meaningful kebab-case nouns', () => {
  for (const file of sources) {
    const names = [...dirname(file).split('/'), basename(file).replace(/\..*$/, '')].filter((name) => name !== '.');
    for (const name of names) {
      assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/, file);
      assert.doesNotMatch(name, /^(utils?|common|helpers?|core|misc|shared)$/, file);
    }
  }
});

it('every test runs: none is skip, todo or only', () => {
  for (const file of sources.filter((path) => path.endsWith('.test.ts'))) {
    assert.doesNotMatch(textOf(file), /\b(it|test|describe)\.(only|skip|todo)\b|\{ *(only|skip|todo): *true/, file);
  }
});
