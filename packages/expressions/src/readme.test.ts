import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import { FUNCTIONS, MOST_DEPTH, MOST_NODES } from './limits.ts';

const readme = await readFile(new URL('../../../services/ingest/README.md', import.meta.url), 'utf8');

it('the README of ingest lists the functions and the limits', () => {
  const [, listed = ''] = /^The functions are (.*?)\. /ms.exec(readme) ?? [];
  assert.deepEqual(
    [...listed.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    FUNCTIONS,
  );
  assert.match(readme, new RegExp(`more than ${MOST_NODES} parts, nested deeper than ${MOST_DEPTH}`));
});
