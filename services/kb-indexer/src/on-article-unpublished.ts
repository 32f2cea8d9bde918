import type { HandlerContext } from '@switchboard/consumer';
import type { EventOf } from '@switchboard/events';
import { removalOf } from './article/document.ts';
import type { ArticleIndex } from './index/article-index.ts';

/** Removes an unpublished article from the index: in its locale, or in all locales if it names none. */
export const onArticleUnpublished =
  ({ index }: { index: Pick<ArticleIndex, 'remove'> }) =>
  async (event: EventOf<'article.unpublished'>, context: HandlerContext): Promise<void> => {
    const outcome = await index.remove(removalOf(event), context.signal);
    if (outcome === 'outdated') context.skip(outcome);
  };
