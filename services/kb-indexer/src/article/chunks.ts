import type { Section } from '../html/section-writer.ts';

/** The unit of an article that is embedded and found as a whole. */
export interface Chunk {
  readonly heading: string;
  readonly text: string;
}

/** About 200 words: one thought, and far below the limit of any embedding model. */
export const LONGEST_CHUNK = 1_200;
/** The most that neighbouring chunks overlap, so that one of them has the whole sentence at the boundary. */
export const OVERLAP = 150;

/** Splits sections into chunks of at most `LONGEST_CHUNK` UTF-16 units; at least one, so a title alone is found. */
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

/** The end of a chunk that starts at `start`: after a line, else a sentence, else a word, in its second half. */
function seam(text: string, start: number): number {
  const half = start + LONGEST_CHUNK / 2;
  const window = text.slice(half, start + LONGEST_CHUNK);
  for (const pattern of [/^.*\n/s, /^.*(?:[.!?]\s|[。！？])/s, /^.*\s/s]) {
    const found = pattern.exec(window)?.[0].length ?? 0;
    if (found > 0) return half + found;
  }
  return whole(text, start + LONGEST_CHUNK);
}

/** The start of a word between the two positions, otherwise the first position. */
function wordStart(text: string, from: number, to: number): number {
  const space = text.slice(from, to).search(/\s\S/);
  return space === -1 ? whole(text, from) : from + space + 1;
}

/** Never splits a surrogate pair. */
function whole(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code >= 0xdc00 && code <= 0xdfff ? index - 1 : index;
}
