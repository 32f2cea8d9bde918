import { type HandlerContext, inEach } from '@switchboard/consumer';
import type { EventOf } from '@switchboard/events';
import { removalOf } from './article/document.ts';
import { NONE } from './on-article-published.ts';
import type { IndexOfTenant } from './platforms.ts';

/** Removes an unpublished article from the index: in its locale, or in all locales if it names none. */
export const onArticleUnpublished =
  ({ indexesOf }: { indexesOf(tenant: string): readonly IndexOfTenant[] }) =>
  (event: EventOf<'article.unpublished'>, context: HandlerContext): Promise<void> =>
    inEach(context, indexesOf(event.meta.tenant), NONE, async ({ system }, { signal, skip }) => {
      const outcome = await system.remove(removalOf(event), signal);
      if (outcome === 'outdated') skip(outcome);
    });
