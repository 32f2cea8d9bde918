import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutIgnored } from './ignored-fields.ts';

const left = (extra: unknown, ...paths: string[]): unknown =>
  JSON.parse(withoutIgnored(JSON.stringify(extra), paths) ?? 'null');

test('what a mapping ignores is left out, with all that lies under it', () => {
  const extra = { a: 1, b: { c: { d: 2 }, e: 3 }, list: [{ f: 4, g: 5 }, 'text'], tags: ['x'] };
  assert.deepEqual(left(extra, 'a'), { b: { c: { d: 2 }, e: 3 }, list: [{ f: 4, g: 5 }, 'text'], tags: ['x'] });
  assert.deepEqual(left(extra, 'b.c', 'list[].f', 'tags[]'), { a: 1, b: { e: 3 }, list: [{ g: 5 }, 'text'] });
  assert.deepEqual(left(extra, 'b', 'b.c', 'list', 'tags'), { a: 1 });
  assert.deepEqual(left(extra, 'b.c.d', 'b', 'list', 'tags'), { a: 1 });
  assert.deepEqual(left({ ['__proto__']: 1, a: 2 }, 'a'), { ['__proto__']: 1 });
});

test('nothing is left of fields that are all ignored, as of none', () => {
  assert.equal(left({ a: 1, b: { c: 2 } }, 'a', 'b.c'), null);
  assert.equal(withoutIgnored(null, ['a']), null);
  assert.equal(withoutIgnored('{"a":1}', []), '{"a":1}');
});
