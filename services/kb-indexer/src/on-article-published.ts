import type { HandlerContext } from '@switchboard/consumer';
import type { EventOf } from '@switchboard/events';
import { readDocument } from './article/document.ts';
import type { ArticleIndex } from './index/article-index.ts';

export interface OnArticlePublishedDeps {
  index: Pick<ArticleIndex, 'upsert'>;
  /** The limit of indexed chunks per article. Each takes space in the index and part of a paid embeddings request. */
  mostChunks: number;
  leftOut: { inc(chunks: number): void };
}

/** Indexes a new or changed article; only the beginning of a very long one. */
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
    context.logger.warn({ articleId, locale, chunks: chunks.length, leftOut: missing }, 'article indexed partially');
  };
