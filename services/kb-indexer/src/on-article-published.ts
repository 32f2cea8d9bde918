import type { EventOf } from '@switchboard/events';
import type { HandlerContext } from '@switchboard/kafka';
import type { ArticleIndex } from './article-index.ts';
import { documentOf } from './document.ts';

/** Puts an article that became visible, or changed, into the index. */
export const onArticlePublished =
  ({ index }: { index: Pick<ArticleIndex, 'upsert'> }) =>
  async (event: EventOf<'article.published' | 'article.updated'>, context: HandlerContext): Promise<void> => {
    const outcome = await index.upsert(documentOf(event), context.signal);
    if (outcome === 'outdated') context.skip(outcome);
  };
