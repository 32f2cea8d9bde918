import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTable, verdictOf } from './table.ts';

test('a ratio is the median of the ratios of the rounds', () => {
  const rounds = { what: 'events', unit: '/s', ours: [70, 38, 900], reference: [100, 50, 1_000] };
  assert.equal(verdictOf({ ...rounds, atLeast: 0.75 }), 'met');
  assert.equal(verdictOf({ ...rounds, atLeast: 0.77 }), 'missed');
  assert.equal(verdictOf({ ...rounds, atMost: 0.75 }), 'missed');
  assert.equal(verdictOf(rounds), '');
});

test('a target without a reference is a limit of the value itself', () => {
  assert.equal(verdictOf({ what: 'memory', unit: 'MB', ours: [251], atMost: 250 }), 'missed');
  assert.equal(verdictOf({ what: 'memory', unit: 'MB', ours: [250], atMost: 250 }), 'met');
});

test('the table shows medians and spread', () => {
  const text = renderTable([
    {
      what: 'Accepted',
      unit: '/s',
      ours: [9_000, 12_345.6, 13_000],
      reference: [15_000, 15_000, 16_000],
      atLeast: 0.75,
    },
    { what: 'Memory', unit: 'MB', ours: [12.34], atMost: 250, note: 'most' },
  ]);
  assert.match(
    text,
    /Accepted +\| 12,346 \/s \(9,000–13,000\) +\| 15,000 \/s \(15,000–16,000\) +\| 0.81 +\| ≥ 0.75 × +\| met/,
  );
  assert.match(text, /Memory \(most\) +\| 12.3 MB +\| +\| +\| ≤ 250 MB +\| met/);
});
