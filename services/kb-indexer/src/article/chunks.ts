import type { Section } from '../html/section-writer.ts';

/** A piece of an article that is found, and embedded, as a whole. */
export interface Chunk {
  readonly heading: string;
  readonly text: string;
}

/** About 200 words: one thought, and far below what any embedding model takes. */
export const LONGEST_CHUNK = 1_200;
/** What two neighbours share at most, so that a sentence at the seam is whole in one of them. */
export const OVERLAP = 150;

/** The sections as chunks of at most `LONGEST_CHUNK` UTF-16 units; at least one, so that a title alone is found too. */
export function chunksOf(sections: readonly Section[]): Chunk[] {
  const chunks = sections.flatMap(({ heading, text }) => split(text).map((piece) => ({ heading, text: piece })));
  return chunks.length > 0 ? chunks : [{ heading: '', text: '' }];
}

function split(text: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; ; ) {
    const end = start + LONGEST_CHUNK < text.length ? seam(text, start) : text.length;
    pieces.push(text.slice(start, end).trim());
    if (end === text.length) return pieces;
    start = wordStart(text, end - OVERLAP, end);
  }
}

/** Where a chunk that starts at `start` ends: after a line, else a sentence, else a word, in its second half. */
function seam(text: string, start: number): number {
  const half = start + LONGEST_CHUNK / 2;
  const window = text.slice(half, start + LONGEST_CHUNK);
  for (const pattern of [/^.*\n/s, /^.*(?:[.!?]\s|[。！？])/s, /^.*\s/s]) {
    const found = pattern.exec(window)?.[0].length ?? 0;
    if (found > 0) return half + found;
  }
  return whole(text, start + LONGEST_CHUNK);
}

/** The start of a word between the two places; where there is none, the first place. */
function wordStart(text: string, from: number, to: number): number {
  const space = text.slice(from, to).search(/\s\S/);
  return space === -1 ? whole(text, from) : from + space + 1;
}

/** Not between the halves of a surrogate pair. */
function whole(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff ? index - 1 : index;
}
