import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { runProgram } from '@switchboard/deploy/fixtures/program';
import { documentedSizes } from './documentation.ts';
import { DOCUMENT, readFigures } from './figures.ts';

const text = readFileSync(DOCUMENT, 'utf8');
const size = async (...args: string[]) => {
  const program = runProgram(join(import.meta.dirname, '../main.ts'), ['size', ...args], {});
  return [await program.exit, program.output] as const;
};

it('docs/capacity.md has the tables of the measured figures', async () => {
  assert.equal(text, documentedSizes(text, await readFigures()));
});

it('the command prints what docs/capacity.md says', async () => {
  const [, table = ''] = /<!-- sizes -->\n\n(.*?)\n\n<!-- \/sizes -->/s.exec(text) ?? [];
  const rows = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const [code, output] = await size('--rate', '10000');
  assert.equal(code, 0, output);
  const printed = output
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));
  const documented = rows.filter((_, index) => index !== 1).map(([, what, , tenThousand]) => [what, tenThousand]);
  assert.deepEqual(printed, documented);
});

it('docs/capacity.md explains every option', async () => {
  const [, help] = await size('--help');
  for (const [option = ''] of help.matchAll(/--[a-z-]+/g)) {
    if (option !== '--help') assert.ok(text.includes(`\`${option}`), option);
  }
});

it('a wrong number is named in one sentence', async () => {
  for (const [args, name] of [
    [[], 'rate'],
    [['--rate', 'fast'], 'rate'],
    [['--rate', '10', '--utilisation', '2'], 'utilisation'],
    [['--rate', '10', '--replication', '0'], 'replication'],
  ] as const) {
    const [code, output] = await size(...args);
    assert.equal(code, 1);
    assert.match(output, new RegExp(`^--${name} must be a number [^\\n]*shows what there is\\.\\n$`));
  }
});
