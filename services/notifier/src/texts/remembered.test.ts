import assert from 'node:assert/strict';
import { it } from 'node:test';
import { remembered } from './remembered.ts';

it('makes a value once for each text, and keeps no more than it may', () => {
  const made: string[] = [];
  const lengthOf = remembered(2, (text) => {
    made.push(text);
    return text.length;
  });
  assert.deepEqual(['a', 'bb', 'a', 'bb'].map(lengthOf), [1, 2, 1, 2]);
  assert.deepEqual(made, ['a', 'bb']);
  assert.deepEqual(['ccc', 'a', 'ccc'].map(lengthOf), [3, 1, 3]);
  assert.deepEqual(made, ['a', 'bb', 'ccc', 'a']);
});

it('keeps nothing of a text of which nothing can be made', () => {
  let asked = 0;
  const fails = remembered(2, () => {
    asked += 1;
    throw new RangeError('no such zone');
  });
  assert.throws(() => fails('x'), RangeError);
  assert.throws(() => fails('x'), RangeError);
  assert.equal(asked, 2);
});
