import { type Word, wordsOf } from './words.ts';

/** Terms that stand beside each other. */
export interface Phrase {
  readonly terms: readonly string[];
  /** Whether the last term may be the beginning of a word. */
  readonly prefix: boolean;
}

/** Longer questions are cut: the time of a search is bounded. */
const MOST_PHRASES = 24;

/**
 * What a person typed, as phrases of letters and digits only; nothing of it is an operator. The last word may be
 * unfinished. Scripts without spaces are matched by pairs of characters.
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

/** A word that more chunks have than this tells little about one of them, and takes long to rank. */
const COMMON = 1_000;

/** The phrases that do not consist of common words; all of them, when there is no other. */
export function tellingPhrases(phrases: readonly Phrase[], chunksWith: (term: string) => number): readonly Phrase[] {
  const telling = phrases.filter(({ terms }) => terms.some((term) => chunksWith(term) <= COMMON));
  return telling.length > 0 ? telling : phrases;
}
