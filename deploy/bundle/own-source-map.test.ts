import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { keepOwnSources } from './own-source-map.ts';

it('keeps the places of our code, and takes nothing else for it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-map-'));
  try {
    const file = join(directory, 'main.mjs.map');
    const sources = ['../node_modules/one/one.js', '../services/ours.ts', '../node_modules/two/two.js'];
    const mappings = encode([
      [[0, 0, 0, 0]],
      [[0, 1, 7, 2]],
      [[0, 2, 0, 0]],
      [[0, 2, 1, 0]],
      [
        [0, 1, 8, 4],
        [5, 1, 8, 9],
        [9, 1, 9, 0],
      ],
    ]);
    await writeFile(file, JSON.stringify({ version: 3, file: 'main.mjs', sources, names: [], mappings }));
    await keepOwnSources(file);

    const map = JSON.parse(await readFile(file, 'utf8'));
    assert.deepEqual(map.sources, ['../services/ours.ts']);
    const entries = new SourceMap(map);
    const lineAt = (line: number, column: number) => {
      const entry = entries.findEntry(line, column);
      return 'originalSource' in entry && entry.originalSource !== undefined ? entry.originalLine : undefined;
    };
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((line) => lineAt(line, 0)),
      [undefined, 7, undefined, undefined, 8],
    );
    assert.deepEqual([lineAt(4, 5), lineAt(4, 9)], [8, 9]);
    assert.equal(decode(map.mappings)[4]?.length, 2);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
