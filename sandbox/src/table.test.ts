import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { createTable } from './table.ts';

interface Row {
  tag: string;
}

it('finds the same records as a plain scan, and keeps the newest', () => {
  const step = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    tag: fc.constantFrom('x', 'y', '__proto__'),
    isDeleted: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const table = createTable<Row>({ tag: ({ tag }) => [tag] }, 3);
      let rows: [id: string, row: Row][] = [];
      for (const { id, tag, isDeleted } of steps) {
        rows = rows.filter(([known]) => known !== id);
        if (isDeleted) table.delete(id);
        else {
          table.set(id, { tag });
          rows = [...rows, [id, { tag }] as [string, Row]].slice(-3);
        }
      }
      assert.deepEqual(
        [...table.all()],
        rows.map(([, row]) => row),
      );
      for (const tag of ['x', 'y', '__proto__', 'z']) {
        assert.deepEqual(
          table.find('tag', tag),
          rows.map(([, row]) => row).filter((row) => row.tag === tag),
        );
      }
    }),
  );
});
