import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const README = join(import.meta.dirname, 'README.md');

/** Replaces the text between a bench's markers in the README. */
export async function writeTable(bench: string, text: string): Promise<void> {
  const [begin, end] = [`<!-- ${bench} -->`, `<!-- /${bench} -->`];
  const readme = await readFile(README, 'utf8');
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from === -1 || to < from) throw new Error(`bench/README.md has no markers for the table: ${begin} … ${end}`);
  await writeFile(README, `${readme.slice(0, from + begin.length)}\n\n${text}\n\n${readme.slice(to)}`);
}
