import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Chunk, chunksOf, LONGEST_CHUNK, OVERLAP } from './chunks.ts';

const word = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom('😀'.repeat(900), 'x'.repeat(3_000), '退'.repeat(1_500)) },
);
const text = fc
  .array(fc.tuple(word, fc.constantFrom(' ', '. ', '\n', '。', ' ')), { maxLength: 600 })
  .map((words) => words.flat().join('').trim());

/** Asserts that the chunks are in order and omit only spaces. */
function assertCovered(whole: string, chunks: readonly Chunk[]): void {
  let covered = 0;
  for (const { text } of chunks) {
    // The latest position that omits nothing: a text may repeat itself.
    const place = whole.lastIndexOf(text, covered + whole.slice(covered).search(/\S|$/));
    assert.ok(place >= 0, 'text is missing');
    covered = Math.max(covered, place + text.length);
  }
  assert.equal(whole.slice(covered).trim(), '');
}

describe('the chunks of an article', () => {
  it('are small, split no character, cover the text in order, and are as few as needed', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const chunks = chunksOf([{ heading: 'H', text: whole }]);
        assertCovered(whole, chunks);
        for (const chunk of chunks) {
          assert.equal(chunk.heading, 'H');
          assert.ok(chunk.text.length <= LONGEST_CHUNK);
          if (whole.isWellFormed()) assert.ok(chunk.text.isWellFormed(), 'a character was cut in two');
        }
        assert.ok(chunks.length <= 1 + whole.length / (LONGEST_CHUNK / 2 - OVERLAP));
      }),
      { numRuns: 300 },
    );
  });

  it('follow its sections, each with its heading', () => {
    const sections = [
      { heading: 'A', text: 'one' },
      { heading: 'B', text: 'two '.repeat(500).trim() },
      { heading: 'C', text: '' },
    ];
    assert.deepEqual([...new Set(chunksOf(sections).map(({ heading }) => heading))], ['A', 'B', 'C']);
    assert.equal(chunksOf(sections)[0]?.text, 'one');
  });

  it('end at a line or sentence if possible, and overlap the next by some words', () => {
    const sentence = 'This is a sentence of some words. ';
    const [first, second] = chunksOf([{ heading: '', text: sentence.repeat(60).trim() }]).map((chunk) => chunk.text);
    assert.match(first ?? '', /words\.$/);
    const shared = (first ?? '').slice(-OVERLAP).split(' ').slice(1).join(' ');
    assert.ok((second ?? '').startsWith(shared.slice(0, 40)));
  });

  it('are one if the article has no text', () => {
    assert.deepEqual(chunksOf([]), [{ heading: '', text: '' }]);
  });
});
