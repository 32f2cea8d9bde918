import type { EventOf } from '@switchboard/events';
import type { HandlerContext } from '@switchboard/kafka';
import { readDocument } from './article/document.ts';
import type { ArticleIndex } from './index/article-index.ts';

export interface OnArticlePublishedDeps {
  index: Pick<ArticleIndex, 'upsert'>;
  /** Chunks of one article; each takes a place in the index and a part of a paid request for embeddings. */
  mostChunks: number;
  leftOut: { inc(chunks: number): void };
}

/** Puts an article that became visible, or changed, into the index; of a very long one, the beginning. */
export const onArticlePublished =
  ({ index, mostChunks, leftOut }: OnArticlePublishedDeps) =>
  async (event: EventOf<'article.published' | 'article.updated'>, context: HandlerContext): Promise<void> => {
    const document = await readDocument(event);
    const chunks = document.chunks.slice(0, mostChunks);
    const outcome = await index.upsert({ ...document, chunks }, context.signal);
    if (outcome === 'outdated') return context.skip(outcome);
    const missing = document.chunks.length - chunks.length;
    if (missing === 0) return;
    leftOut.inc(missing);
    const { articleId, locale } = document;
    context.logger.warn({ articleId, locale, chunks: chunks.length, leftOut: missing }, 'article indexed only in part');
  };
