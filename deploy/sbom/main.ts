import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readCommandLine } from '@switchboard/service';
import { bomOf, type Component, componentsOf, licenceTable } from './bom.ts';

const root = join(import.meta.dirname, '../..');
const folder = join(root, '.local/sbom');

const USAGE = `Lists the packages that the programs are made of, with their licences:

  npm run sbom   writes .local/sbom/bom.json (CycloneDX 1.6) and .local/sbom/licences.md`;

/** The packages that production code may use, as the lockfile has them. Those of tests are left out. */
export async function productionComponents(): Promise<Component[]> {
  const { packageManager } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const list = ['--yes', packageManager, 'licenses', 'list', '--prod', '--json'];
  const { stdout } = await promisify(execFile)('npx', list, { cwd: root, maxBuffer: 32 * 1_048_576 });
  return componentsOf(JSON.parse(stdout), await readFile(join(root, 'pnpm-lock.yaml'), 'utf8'));
}

if (import.meta.main) {
  readCommandLine(USAGE, {});
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const components = await productionComponents();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'bom.json'), `${JSON.stringify(bomOf(version, components), null, 2)}\n`);
  await writeFile(join(folder, 'licences.md'), licenceTable(components));
  console.log(`${components.length} packages: .local/sbom/bom.json and .local/sbom/licences.md`);
}
