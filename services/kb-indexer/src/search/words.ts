/** A word of a text, as it is compared: without case, accents and other forms of the same letter. */
export interface Word {
  readonly term: string;
  /** Where it stands in the text. */
  readonly start: number;
  readonly end: number;
  /** Whether it is a character of a script that is written without spaces; each is a word of its own. */
  readonly unspaced: boolean;
}

const SCRIPTS = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar'];
const UNSPACED = `[${SCRIPTS.map((script) => `\\p{scx=${script}}`).join('')}]`;
const WORD = new RegExp(`([${UNSPACED}&&[\\p{L}\\p{N}]])\\p{M}*|[[\\p{L}\\p{N}\\p{M}]--${UNSPACED}]+`, 'gv');

/** What is longer is no word; only its beginning is compared. */
const LONGEST_TERM = 64;

/** The words of a text in their order, the same way for what is indexed and for what is asked. */
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
