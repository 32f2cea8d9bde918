import { type HandlerContext, inEach } from '@switchboard/consumer';
import type { EventOf } from '@switchboard/events';
import { readDocument } from './article/document.ts';
import type { IndexOfTenant } from './platforms.ts';

/** Why an article of a tenant without any index is skipped. */
export const NONE = 'no_knowledge';

export interface OnArticlePublishedDeps {
  indexesOf(tenant: string): readonly IndexOfTenant[];
  /** The limit of indexed chunks per article. Each takes space in the index and part of a paid embeddings request. */
  mostChunks: number;
  leftOut: { inc(chunks: number): void };
}

/** Indexes a new or changed article; only the beginning of a very long one. */
export const onArticlePublished =
  ({ indexesOf, mostChunks, leftOut }: OnArticlePublishedDeps) =>
  async (event: EventOf<'article.published' | 'article.updated'>, context: HandlerContext): Promise<void> => {
    const document = await readDocument(event);
    const chunks = document.chunks.slice(0, mostChunks);
    let isIndexed = false;
    await inEach(context, indexesOf(event.meta.tenant), NONE, async ({ system }, { signal, skip }) => {
      const outcome = await system.upsert({ ...document, chunks }, signal);
      if (outcome === 'outdated') skip(outcome);
      else isIndexed = true;
    });
    const missing = document.chunks.length - chunks.length;
    if (missing === 0 || !isIndexed) return;
    leftOut.inc(missing);
    const { articleId, locale } = document;
    context.logger.warn({ articleId, locale, chunks: chunks.length, leftOut: missing }, 'article indexed partially');
  };
