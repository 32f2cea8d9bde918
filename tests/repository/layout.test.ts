import assert from 'node:assert/strict';
import { basename, dirname, join } from 'node:path';
import { it } from 'node:test';
import { filesOf, manifestOf, packageFolders, packageOf, textOf } from './source-files.ts';

/** All code that somebody wrote. */
const sources = filesOf('**/*.{ts,mjs}').filter((path) => !path.includes('/generated/'));

/** What a package's code, and what only its tests, may use of the workspace. */
const ALLOWED = {
  'packages/events': [],
  'packages/async': [],
  'packages/tracing': ['@switchboard/async'],
  'packages/service': ['@switchboard/async', '@switchboard/tracing'],
  'packages/outbound': ['@switchboard/tracing'],
  'packages/kafka': ['@switchboard/async', '@switchboard/events', '@switchboard/tracing'],
  'packages/consumer': ['@switchboard/kafka', '@switchboard/outbound', '@switchboard/service'],
  services: [
    '@switchboard/async',
    '@switchboard/consumer',
    '@switchboard/events',
    '@switchboard/kafka',
    '@switchboard/outbound',
    '@switchboard/service',
    '@switchboard/tracing',
  ],
} as const;
const ALLOWED_IN_TESTS = ['@switchboard/local', '@switchboard/sandbox', '@switchboard/service', '@switchboard/tracing'];

it('dependencies point one way: services, kafka, events', () => {
  for (const folder of packageFolders.filter((path) => /^(packages|services)\//.test(path))) {
    const allowed = ALLOWED[(folder.startsWith('services/') ? 'services' : folder) as keyof typeof ALLOWED];
    assert.ok(allowed, `${folder} is new: say here what it may depend on`);
    const ours = (dependencies: object = {}) =>
      Object.keys(dependencies).filter((name) => name.startsWith('@switchboard/'));
    const { dependencies, devDependencies } = manifestOf(folder);
    for (const name of ours(dependencies))
      assert.ok((allowed as readonly string[]).includes(name), `${folder} uses ${name}`);
    for (const name of ours(devDependencies))
      assert.ok(ALLOWED_IN_TESTS.includes(name), `${folder} tests with ${name}`);
  }
});

const IMPORT = /(?:^(?:import|export|\}).*from |^import |\bimport\()'(\.[^']*)'/gm;
/** Code that is generated from templates has imports of its own. */
const withoutTemplates = (text: string): string => text.replaceAll(/`[^`]*`/g, '');

it('no import reaches into another package by its path', () => {
  // bootstrap.mjs, outside of all of them, runs before they are installed.
  for (const file of sources.filter((path) => packageOf(path) !== undefined)) {
    for (const [, path = ''] of withoutTemplates(textOf(file)).matchAll(IMPORT)) {
      assert.equal(packageOf(join(dirname(file), path)), packageOf(file), `${file} imports ${path}`);
    }
  }
});

it('nobody takes the environment out of process behind the back of the lint rule', () => {
  for (const file of sources) {
    assert.doesNotMatch(textOf(file), /\{[^}]*\benv\b[^}]*\}\s*=\s*(globalThis\.)?process\b/, file);
  }
});

it('files have at most 300 lines', () => {
  // A table of cases, which would not be easier to read in two files.
  const longer = new Set(['packages/kafka/src/publish/batcher.test.ts']);
  for (const file of sources.filter((path) => !longer.has(path))) {
    const lines = textOf(file).split('\n').length - 1;
    assert.ok(lines <= 300, `${file} has ${lines} lines: what is it about?`);
  }
});

it('names are kebab-case nouns that say something', () => {
  for (const file of sources) {
    const names = [...dirname(file).split('/'), basename(file).replace(/\..*$/, '')].filter((name) => name !== '.');
    for (const name of names) {
      assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/, file);
      assert.doesNotMatch(name, /^(utils?|common|helpers?|core|misc|shared)$/, file);
    }
  }
});

it('every test runs: none is skipped, left for later, or keeps others from running', () => {
  for (const file of sources.filter((path) => path.endsWith('.test.ts'))) {
    assert.doesNotMatch(textOf(file), /\b(it|test|describe)\.(only|skip|todo)\b|\{ *(only|skip|todo): *true/, file);
  }
});
