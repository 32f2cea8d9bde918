import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTable } from '../table.ts';
import { memoryComparisons } from './memory.ts';

test('a backlog of a second or two prints its peak, but no growth', () => {
  for (const rss of [[140], [140, 150]]) {
    const table = renderTable(memoryComparisons('Memory', rss));
    assert.match(table, /MiB at most/);
    assert.doesNotMatch(table, /NaN|Infinity|a minute/);
  }
});

test('a longer backlog prints the growth of its second half', () => {
  assert.match(renderTable(memoryComparisons('Memory', [80, 120, 150, 151, 152])), /60.0 MiB a minute/);
});
