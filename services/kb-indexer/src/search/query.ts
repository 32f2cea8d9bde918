import { type Word, wordsOf } from './words.ts';

/** Adjacent terms. */
export interface Phrase {
  readonly terms: readonly string[];
  /** Whether the last term may be a prefix. */
  readonly prefix: boolean;
}

/** Longer questions are cut to bound the time of a search. */
const MOST_PHRASES = 24;

/**
 * Converts user input to phrases of letters and digits only; nothing in it acts as an operator. The last word may be
 * incomplete. Scripts without spaces are matched by pairs of characters.
 */
export function phrasesOf(text: string): Phrase[] {
  const phrases = new Map<string, Phrase>();
  const words = wordsOf(text);
  let previous: Word | undefined;
  let paired = false;
  const add = (terms: readonly string[], prefix: boolean) => phrases.set(terms.join(' '), { terms, prefix });
  const addAlone = (word: Word) => add([word.term], !word.unspaced && word.end === text.length);
  for (const word of words) {
    if (phrases.size >= MOST_PHRASES) return [...phrases.values()];
    const pairs = previous?.unspaced === true && word.unspaced && previous.end === word.start;
    if (pairs) add([previous?.term ?? '', word.term], false);
    else if (previous !== undefined && !paired) addAlone(previous);
    paired = pairs;
    previous = word;
  }
  if (previous !== undefined && !paired) addAlone(previous);
  return [...phrases.values()];
}

/** A word in more chunks than this says little about any of them and is slow to rank. */
const COMMON = 1_000;

/** The phrases without those of common words only; all of them if none remain. */
export function tellingPhrases(phrases: readonly Phrase[], chunksWith: (term: string) => number): readonly Phrase[] {
  const telling = phrases.filter(({ terms }) => terms.some((term) => chunksWith(term) <= COMMON));
  return telling.length > 0 ? telling : phrases;
}
