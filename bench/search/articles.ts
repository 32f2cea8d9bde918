import { type Document, documentOf } from '@switchboard/kb-indexer';

const VOCABULARY = 20_000;
const SECTIONS = 3;
const WORDS = 120;
const DIMENSIONS = 384;

/** A deterministic random sequence in [0, 1): mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SYLLABLES = ['ba', 'ko', 'ri', 'ten', 'lu', 'sha', 'mi', 'dor', 'pel', 'va', 'no', 'gri'];

function wordAt(rank: number): string {
  let word = '';
  for (let rest = rank + 7; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
    word += SYLLABLES[rest % SYLLABLES.length];
  }
  return word;
}

/** Zipf's law: the n-th word is n times rarer than the first. */
export const randomWord = (random: () => number): string => wordAt(Math.floor(VOCABULARY ** random()));

export function article(number: number): Document {
  const random = randomNumbers(number);
  const words = (count: number) => Array.from({ length: count }, () => randomWord(random)).join(' ');
  const section = () => `<h2>${words(3)}</h2><p>${words(WORDS / 2)}.</p><p>${words(WORDS / 2)}.</p>`;
  return documentOf({
    meta: {
      id: String(number),
      type: 'article.published',
      source: 'bench',
      tenant: 'local',
      occurredAt: number,
      receivedAt: number,
      extra: null,
    },
    articleId: `article-${number}`,
    title: words(5),
    content: Array.from({ length: SECTIONS }, section).join(''),
    url: `https://help.example.com/${number}`,
    summary: null,
    author: null,
    category: null,
    tags: [randomWord(random)],
    locale: number % 2 === 0 ? 'en' : 'de-AT',
    version: 1,
    updatedAt: null,
  });
}

/** As long as a small model's vectors; deterministic per text. */
export function vectorOf(text: string): Float32Array {
  let seed = 0;
  for (let index = 0; index < text.length; index += 1) seed = Math.imul(seed ^ text.charCodeAt(index), 0x01000193);
  const random = randomNumbers(seed);
  const vector = Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
