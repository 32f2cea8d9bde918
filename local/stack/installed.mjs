import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Plain JavaScript, because bootstrap.mjs runs it on any version of Node.

/** True if the installed dependencies of `root` match its manifests and lockfile. @param {string} root */
export function isInstalled(root) {
  const marker = markerOf(root);
  const node = join(root, 'node_modules/node/bin/node');
  return existsSync(node) && existsSync(marker) && readFileSync(marker, 'utf8') === fingerprint(root);
}

/** Records the installation. Call it after pnpm. @param {string} root */
export function markInstalled(root) {
  writeFileSync(markerOf(root), fingerprint(root));
}

/** @param {string} root */
const markerOf = (root) => join(root, 'node_modules/.installed');

/** A digest of all files that affect the installation. @param {string} root */
function fingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests(root, '', 2), ...patches(root)]) {
    hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/**
 * The package.json files down to `depth`.
 * @param {string} root @param {string} folder @param {number} depth @returns {string[]}
 */
function manifests(root, folder, depth) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && !name.startsWith('.'))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return depth > 0 ? manifests(root, path, depth - 1) : [];
      return entry.name === 'package.json' ? [path] : [];
    });
}

/** @param {string} root */
function patches(root) {
  const folder = join(root, 'patches');
  return existsSync(folder) ? readdirSync(folder).map((name) => join('patches', name)) : [];
}
