/** A word of a text in its comparable form: without case, accents and letter variants. */
export interface Word {
  readonly term: string;
  /** Its position in the text. */
  readonly start: number;
  readonly end: number;
  /** Whether it is a character of a script without spaces; each such character is a word. */
  readonly unspaced: boolean;
}

const SCRIPTS = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar'];
const UNSPACED = `[${SCRIPTS.map((script) => `\\p{scx=${script}}`).join('')}]`;
const WORD = new RegExp(`([${UNSPACED}&&[\\p{L}\\p{N}]])\\p{M}*|[[\\p{L}\\p{N}\\p{M}]--${UNSPACED}]+`, 'gv');

/** Longer sequences are not words; only the beginning is compared. */
const LONGEST_TERM = 64;

/** The words of a text in order, extracted the same way for indexing and searching. */
export function* wordsOf(text: string): Generator<Word> {
  for (const match of text.matchAll(WORD)) {
    const [word, unspaced] = match;
    const term = termOf(word);
    if (term === '') continue;
    yield { term, start: match.index, end: match.index + word.length, unspaced: unspaced !== undefined };
  }
}

function termOf(word: string): string {
  const start = word.slice(0, LONGEST_TERM);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII
  if (/^[\u0000-\u007f]*$/.test(start)) return start.toLowerCase();
  return start
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}\p{M}]/gu, '');
}
