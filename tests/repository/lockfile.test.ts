import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parse } from 'yaml';
import { textOf } from './source-files.ts';

interface Lockfile {
  packages: Record<string, object>;
  snapshots: Record<string, { optionalDependencies?: Record<string, string> }>;
}

const PLATFORMS = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64'];
const { packages, snapshots } = parse(textOf('pnpm-lock.yaml')) as Lockfile;
const binaries = Object.entries(snapshots).flatMap(([owner, { optionalDependencies = {} }]) =>
  Object.entries(optionalDependencies)
    .filter(([name]) => /\b(darwin|linux)\b/.test(name))
    .map(([name, version]) => ({ owner, name, id: version.includes('@') ? version : `${name}@${version}` })),
);

it('the lockfile has every binary that a package names', () => {
  assert.ok(binaries.length > 0);
  for (const { owner, id } of binaries) assert.ok(id in packages, `${owner} needs ${id}`);
});

it('packages with binaries have one for each supported platform', () => {
  for (const owner of new Set(binaries.map(({ owner }) => owner))) {
    const names = binaries.filter((binary) => binary.owner === owner).map(({ name }) => name);
    for (const platform of PLATFORMS) {
      // turbo writes 64 for x64; a package with one binary, such as fsevents, is for one platform only.
      const pattern = new RegExp(platform.replace('-x64', '-(x64|64)\\b'));
      assert.ok(
        names.length === 1 || names.some((name) => pattern.test(name)),
        `${owner} has no binary for ${platform}`,
      );
    }
  }
});
