import { redisReply } from '@switchboard/kafka';
import type { Target } from '@switchboard/outbound';
import type { Redis } from 'ioredis';
import type { ArticleIndex, Outcome } from './article-index.ts';
import type { DocumentKey } from './document.ts';
import { EVERY_LOCALE, isOutdated, type KnownRevision, type Revision } from './revision.ts';

interface Deps {
  target: Pick<Target, 'request'>;
  redis: Pick<Redis, 'hgetall' | 'hset'>;
  /** With `{id}` where the document's id belongs. */
  path: string;
}

type Known = KnownRevision & { removed: boolean };

/**
 * The chatbot platform's own knowledge base. It does not compare versions, so what it was sent is remembered in Redis:
 * noted after the platform has answered, so that what a crash left unnoted is sent again.
 */
export function createPlatformIndex({ target, redis, path }: Deps): ArticleIndex {
  const keyOf = ({ tenant, articleId }: DocumentKey) =>
    `kb-indexer:revisions:${[tenant, articleId].map(encodeURIComponent).join(':')}`;
  const pathOf = (key: DocumentKey) => path.replace('{id}', () => encodeURIComponent(documentId(key)));

  async function known(key: DocumentKey): Promise<Known[]> {
    const fields = await redisReply(redis.hgetall(keyOf(key)));
    return Object.entries(fields).map(([locale, text]) => {
      const { removed, ...revision } = JSON.parse(text) as Revision & { removed: boolean };
      return { locale, revision, removed };
    });
  }

  async function remember(key: DocumentKey, revision: Revision, removed: boolean): Promise<void> {
    await redisReply(redis.hset(keyOf(key), key.locale, JSON.stringify({ ...revision, removed })));
  }

  return {
    async upsert(document, signal): Promise<Outcome> {
      if (isOutdated(document, await known(document))) return 'outdated';
      const { revision, tenant, articleId, ...content } = document;
      const { version, updatedAt } = revision;
      const body = { ...content, tenant, article_id: articleId, version, updated_at: updatedAt };
      await target.request({ method: 'PUT', path: pathOf(document), body, answer: 'any', signal });
      await remember(document, revision, false);
      return 'done';
    },

    async remove(removal, signal): Promise<Outcome> {
      const rows = await known(removal);
      if (isOutdated(removal, rows)) return 'outdated';
      const everyLocale = removal.locale === EVERY_LOCALE;
      const concerned = everyLocale
        ? rows.filter(({ locale }) => locale !== EVERY_LOCALE)
        : [{ ...removal, removed: false }];
      for (const { locale, removed, revision } of concerned) {
        const document = { ...removal, locale };
        if (removed || isOutdated(document, [{ locale, revision }])) continue;
        await target.request({ method: 'DELETE', path: pathOf(document), accept: [404, 410], answer: 'any', signal });
        await remember(document, removal.revision, true);
      }
      await remember(removal, removal.revision, true);
      return 'done';
    },
  };
}

/** `local:article-42:de-AT`: the same for every revision, and never that of another document. */
const documentId = ({ tenant, articleId, locale }: DocumentKey): string =>
  [tenant, articleId, ...(locale === '' ? [] : [locale])].map(encodeURIComponent).join(':');
