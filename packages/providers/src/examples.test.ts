import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fillExample } from './examples.ts';
import { providers } from './providers.ts';

const now = Date.UTC(2026, 0, 15, 10, 30);

it('fills all placeholders, the same for the same run', () => {
  const text = '{{run}} {{run}} {{iso}} {{seconds}} {{milliseconds}} {{number}}';
  const filled = fillExample(text, { run: '$&', now });
  assert.match(filled, /^\$& \$& 2026-01-15T10:30:00.000Z 1768473000 1768473000000 \d{13}$/);
  assert.equal(fillExample(text, { run: '$&', now }), filled);
  assert.notEqual(fillExample('{{number}}', { run: 'a', now }), fillExample('{{number}}', { run: 'b', now }));
});

it('knows every placeholder of the examples', () => {
  for (const { examples } of Object.values(providers)) {
    for (const { name, body } of examples) assert.doesNotMatch(fillExample(body, { run: 'r', now }), /\{\{/, name);
  }
});
