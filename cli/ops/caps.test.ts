import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeadLetter } from '@switchboard/consumer/operate';
import { causeTable } from './letter-view.ts';
import { outlineOf } from './outline.ts';
import { createPrivacy } from './privacy.ts';

const privacy = createPrivacy(false);
const redaction = { sentence: privacy.sentence, id: (text: string) => text, numbers: true };

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('an outline', () => {
  it('shows 20 items of a list, and how many more there are', () => {
    assert.deepEqual(outlineOf(range(20), redaction), range(20));
    assert.deepEqual(outlineOf(range(30), redaction), [...range(20), '… and 10 more']);
  });

  it('shows 100 fields of an object, and how many more there are', () => {
    const fields = (count: number) => Object.fromEntries(range(count).map((index) => [`field-${index}`, index]));
    assert.deepEqual(outlineOf(fields(100), redaction), fields(100));
    assert.deepEqual(outlineOf(fields(150), redaction), { ...fields(100), '…': '50 more' });
  });

  it('shows eight levels', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { deeper: nested(levels - 1) });
    const cut = (levels: number): unknown => (levels === 0 ? '[object]' : { deeper: cut(levels - 1) });
    assert.deepEqual(outlineOf(nested(8), redaction), nested(8));
    assert.deepEqual(outlineOf(nested(9), redaction), cut(8));
    assert.deepEqual(outlineOf({ deeper: [[[[[[[[1]]]]]]]] }, redaction), { deeper: [[[[[[['[list]']]]]]]] });
  });

  it('shows the symbols of an enum of our schemas, and nothing else in its place', () => {
    assert.deepEqual(outlineOf({ digest: 'daily' }, redaction), { digest: 'daily' });
    assert.deepEqual(outlineOf({ digest: 'Anna' }, redaction), { digest: '[text, 4 characters]' });
  });
});

describe('the table of causes', () => {
  const letters = (causes: number): DeadLetter[] =>
    range(causes).map((index) => ({ code: `CODE_${index}`, type: 'order.created', diedAt: 1 }) as DeadLetter);
  const lines = (causes: number) => causeTable(letters(causes), { privacy, columns: 100 }).split('\n');

  it('names 20 causes, and how many more there are', () => {
    assert.equal(lines(20).length, 21);
    assert.equal(lines(25).length, 22);
    assert.equal(lines(25).at(-1), '… and 5 more causes.');
  });
});
