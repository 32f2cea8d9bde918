import type { Logger } from '@switchboard/service';
import { storable } from '../article/document.ts';
import { canonicalLocale, languageOf, localeDistance } from '../article/locale.ts';
import type { Filter, Passage, SearchIndex } from '../index/article-index.ts';
import type { Embeddings } from '../index/embeddings.ts';
import { type Phrase, phrasesOf } from './query.ts';
import { snippetOf } from './snippet.ts';

export interface SearchQuery {
  readonly tenant: string;
  readonly text: string;
  readonly locale?: string | undefined;
  readonly tag?: string | undefined;
  readonly limit: number;
}

export interface Hit {
  articleId: string;
  locale: string | null;
  title: string;
  url: string | null;
  tags: readonly string[];
  heading: string;
  snippet: string;
  /** 1 is the best possible score. Compares the hits of one response, not of different ones. */
  score: number;
}

export interface SearchResult {
  /** `keyword` if there are no embeddings or they are unavailable. */
  mode: 'keyword' | 'hybrid';
  hits: Hit[];
}

export interface SearchDeps {
  index: Pick<SearchIndex, 'matching' | 'telling' | 'nearest'>;
  embeddings?: Embeddings | undefined;
  logger: Pick<Logger, 'warn'>;
}

/** Documents per ranking; more than the hits returned, because those of one article merge into one hit. */
const CANDIDATES = 100;
/** A user waits for the response: word matches alone are better than a late response. */
const EMBEDDING_LIMIT_MS = 1_500;
/** The usual constant of reciprocal rank fusion; it sets how little the first ranks differ. */
const FLATNESS = 60;

/** Searches articles by words and, with embeddings, by meaning. */
export function createSearch({ index, embeddings, logger }: SearchDeps): (query: SearchQuery) => Promise<SearchResult> {
  async function byMeaning(text: string, filter: Filter): Promise<Passage[] | undefined> {
    if (embeddings === undefined) return undefined;
    try {
      const [vector] = await embeddings.embed([text.slice(0, 2_000)], AbortSignal.timeout(EMBEDDING_LIMIT_MS));
      return vector && (await index.nearest(vector, filter, CANDIDATES));
    } catch (error) {
      logger.warn({ err: error }, 'searching by words only');
      return undefined;
    }
  }

  /** Documents with all of the words; if they are few, as for a question in a sentence, also those with some. */
  async function byWords(phrases: readonly Phrase[], filter: Filter, limit: number): Promise<Passage[]> {
    const found = await index.matching(phrases, 'all', filter, CANDIDATES);
    if (found.length >= limit || phrases.length < 2) return found;
    const telling = await index.telling(phrases);
    let some = await index.matching(telling, 'any', filter, CANDIDATES);
    if (found.length + some.length === 0 && telling.length < phrases.length) {
      some = await index.matching(phrases, 'any', filter, CANDIDATES);
    }
    const seen = new Set(found.map(documentOf));
    return [...found, ...some.filter((passage) => !seen.has(documentOf(passage)))];
  }

  return async ({ tenant, text, locale, tag, limit }) => {
    const wanted = canonicalLocale(locale ?? '');
    const filter = {
      tenant: storable(tenant),
      language: wanted === '' ? undefined : languageOf(wanted),
      tag: tag && storable(tag),
    };
    const phrases = phrasesOf(storable(text));
    const [nearest, matching] = await Promise.all([byMeaning(storable(text), filter), byWords(phrases, filter, limit)]);
    const rankings = nearest === undefined ? [matching] : [matching, nearest];
    const hits = fuse(rankings, wanted)
      .slice(0, limit)
      .map(({ passage, score }): Hit => {
        const { articleId, title, url, tags, heading } = passage;
        const snippet = snippetOf(passage.text, phrases);
        return { articleId, locale: passage.locale || null, title, url, tags, heading, snippet, score };
      });
    return { mode: nearest === undefined ? 'keyword' : 'hybrid', hits };
  };
}

const documentOf = ({ articleId, locale }: Passage): string => JSON.stringify([articleId, locale]);

/**
 * Merges rankings of passages into one ranking of articles by reciprocal rank fusion. Picks the locale nearest to
 * `wanted` of each article, and the passage of the first ranking of each document.
 */
export function fuse(rankings: readonly (readonly Passage[])[], wanted: string): { passage: Passage; score: number }[] {
  const articles = new Map<string, { passage: Passage; score: number }>();
  for (const ranking of rankings) {
    const ranked = new Set<string>();
    for (const passage of ranking) {
      const article = articles.get(passage.articleId) ?? { passage, score: 0 };
      articles.set(passage.articleId, article);
      if (distance(passage, wanted) < distance(article.passage, wanted)) article.passage = passage;
      if (ranked.has(passage.articleId)) continue;
      ranked.add(passage.articleId);
      article.score += (FLATNESS + 1) / (FLATNESS + ranked.size) / rankings.length;
    }
  }
  return [...articles.values()].sort((one, other) => other.score - one.score);
}

const distance = ({ locale }: Passage, wanted: string): number => (wanted === '' ? 0 : localeDistance(locale, wanted));
