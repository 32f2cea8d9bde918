import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { list, table } from './table.ts';

describe('a table', () => {
  it('is aligned, and no wider than the terminal', () => {
    const text = table(
      [{ title: 'name', most: 10 }, { title: 'n', align: 'right' }, { title: 'why' }],
      [
        ['short', 1, 'because'],
        ['a name that is much too long', 12_345, 'y'.repeat(200)],
      ],
      100,
    );
    assert.deepEqual(text.split('\n'), [
      'name            n  why',
      'short           1  because',
      `a name th…  12345  ${'y'.repeat(80)}…`,
    ]);
  });

  it('cuts nothing where there is no terminal, and nothing that fits', () => {
    const columns = [{ title: 'name', most: 3 }, { title: 'why' }];
    const why = 'y'.repeat(300);
    assert.equal(table(columns, [['long name', why]]), `name       why\nlong name  ${why}`);
    assert.equal(table(columns, [['long name', 'short']], 30), 'name       why\nlong name  short');
    assert.equal(table(columns, [['long name', why]], 10).split('\n')[1], 'lo…  yyyy…');
  });

  it('goes on in the next line where it must not be cut', () => {
    const text = table([{ title: 'a' }, { title: 'why', wrap: true }], [['x', 'word '.repeat(30).trim()]], 100);
    const lines = text.split('\n');
    assert.equal(lines.length, 3);
    assert.equal(
      lines
        .slice(1)
        .join(' ')
        .split(/ +/)
        .filter((word) => word === 'word').length,
      30,
    );
    assert.ok(lines.every((line) => line.length <= 100));
  });

  it('lets nothing through that a terminal obeys', () => {
    assert.equal(table([{ title: 'a' }], [['x\u001b[2Jy\nz']]), 'a\nx [2Jy z');
    assert.equal(list([['name', 'a\rb']]), 'name  a b');
  });
});
