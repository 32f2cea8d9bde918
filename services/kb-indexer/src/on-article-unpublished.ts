import type { EventOf } from '@switchboard/events';
import type { HandlerContext } from '@switchboard/kafka';
import { removalOf } from './article/document.ts';
import type { ArticleIndex } from './index/article-index.ts';

/** Takes an article that was withdrawn out of the index: in its locale, or without one in all of them. */
export const onArticleUnpublished =
  ({ index }: { index: Pick<ArticleIndex, 'remove'> }) =>
  async (event: EventOf<'article.unpublished'>, context: HandlerContext): Promise<void> => {
    const outcome = await index.remove(removalOf(event), context.signal);
    if (outcome === 'outdated') context.skip(outcome);
  };
