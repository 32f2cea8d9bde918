import type { Phrase } from './query.ts';
import { type Word, wordsOf } from './words.ts';

const LENGTH = 240;

/** The part of a text with the most words of the question: plain text, as untrusted as the article. */
export function snippetOf(text: string, phrases: readonly Phrase[]): string {
  if (text.length <= LENGTH) return text;
  const exact = new Set(phrases.flatMap(({ terms }) => terms));
  const prefixes = phrases.filter(({ prefix }) => prefix).map(({ terms }) => terms.at(-1) ?? '');
  const words = [...wordsOf(text)];
  const matches = words.filter(({ term }) => exact.has(term) || prefixes.some((prefix) => term.startsWith(prefix)));
  const best = densest(matches);
  const from = Math.max(0, Math.min((best?.start ?? 0) - LENGTH / 4, text.length - LENGTH));
  const start = from === 0 ? 0 : (words.find((word) => word.start >= from)?.start ?? 0);
  const end =
    start + LENGTH >= text.length ? text.length : (words.findLast((word) => word.end <= start + LENGTH)?.end ?? 0);
  // A text without spaces to cut at.
  const cut = end > start ? text.slice(start, end) : text.slice(start, start + LENGTH).toWellFormed();
  return `${start > 0 ? '…' : ''}${cut.trim()}${end < text.length ? '…' : ''}`;
}

/** The match followed by the most distinct matches within a snippet. */
function densest(matches: readonly Word[]): Word | undefined {
  let best: Word | undefined;
  let most = 0;
  for (const [index, match] of matches.entries()) {
    const terms = new Set<string>();
    for (let next = index; next < matches.length; next += 1) {
      const word = matches[next];
      if (word === undefined || word.end > match.start + (3 * LENGTH) / 4) break;
      terms.add(word.term);
    }
    if (terms.size > most) [best, most] = [match, terms.size];
  }
  return best;
}
