import { join, relative } from 'node:path';
import { readCommandLine } from '@switchboard/service';
import { programs } from '../services.ts';
import { createBundle } from './create-bundle.ts';

const USAGE = `Makes one file of each program, as it is put into its image:

  npm run bundle -- [program …]

Programs: ${programs.join(', ')}; default all.`;

const { positionals: asked } = readCommandLine(USAGE, { allowPositionals: true });
const unknown = asked.filter((name) => !programs.includes(name));
if (unknown.length > 0) {
  console.error(`Unknown program ${unknown.join(', ')}: choose from ${programs.join(', ')}.`);
  process.exit(1);
}
const directory = join(import.meta.dirname, '../../.local/bundles');
for (const name of asked.length > 0 ? asked : programs) {
  const { script, bytes } = await createBundle(name, directory);
  console.log(`${relative('', script)} (${(bytes / 1e6).toFixed(1)} MB)`);
}
