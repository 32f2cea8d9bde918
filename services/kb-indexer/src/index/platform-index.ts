import { redisReply } from '@switchboard/consumer';
import type { Target } from '@switchboard/outbound';
import type { Redis } from 'ioredis';
import type { DocumentKey } from '../article/document.ts';
import { removedBy } from '../article/removal.ts';
import { EVERY_LOCALE, isOutdated, type KnownRevision, lastNumbers, type Revision } from '../article/revision.ts';
import type { ArticleIndex, Outcome } from './article-index.ts';

interface Deps {
  target: Pick<Target, 'request'>;
  redis: Pick<Redis, 'hgetall' | 'hset'>;
  /** Contains `{id}` in place of the document's id. */
  path: string;
  /** The connection, if it is of one tenant. */
  scope?: string | undefined;
}

/**
 * The chatbot platform's own knowledge base. It does not compare versions, so Redis stores what was sent. It is stored
 * after the platform has answered, so a change that a crash left unrecorded is sent again.
 */
export function createPlatformIndex({ target, redis, path, scope }: Deps): ArticleIndex {
  const place = scope === undefined ? 'revisions' : `revisions-of:${encodeURIComponent(scope)}`;
  const keyOf = ({ tenant, articleId }: DocumentKey) =>
    `kb-indexer:${place}:${[tenant, articleId].map(encodeURIComponent).join(':')}`;
  const pathOf = (key: DocumentKey) => path.replace('{id}', () => encodeURIComponent(documentId(key)));

  async function known(key: DocumentKey): Promise<KnownRevision[]> {
    const fields = await redisReply(redis.hgetall(keyOf(key)));
    return Object.entries(fields).map(([locale, text]) => {
      const { removed, earlier, ...revision } = JSON.parse(text) as Revision &
        Pick<KnownRevision, 'removed' | 'earlier'>;
      return { locale, revision, earlier, removed };
    });
  }

  async function remember(
    { revision, ...key }: DocumentKey & { revision: Revision },
    removed: boolean,
    rows: readonly KnownRevision[],
  ): Promise<void> {
    const before = rows.find(({ locale }) => locale === key.locale);
    const value = { ...revision, removed, earlier: before && lastNumbers(before) };
    await redisReply(redis.hset(keyOf(key), key.locale, JSON.stringify(value)));
  }

  return {
    async upsert(document, signal): Promise<Outcome> {
      const rows = await known(document);
      if (isOutdated(document, rows)) return 'outdated';
      const { revision, tenant, articleId, ...content } = document;
      const { version, updatedAt } = revision;
      const body = { ...content, tenant, article_id: articleId, version, updated_at: updatedAt };
      await target.request({ method: 'PUT', path: pathOf(document), body, answer: 'any', signal });
      await remember(document, false, rows);
      return 'done';
    },

    async remove(removal, signal): Promise<Outcome> {
      const rows = await known(removal);
      if (isOutdated(removal, rows)) return 'outdated';
      const { older, outcome } = removedBy(removal, rows);
      const locales = removal.locale === EVERY_LOCALE ? localesOf(older, rows) : [removal.locale];
      for (const locale of locales) {
        const document = { ...removal, locale };
        await target.request({ method: 'DELETE', path: pathOf(document), accept: [404, 410], answer: 'any', signal });
        await remember(document, true, rows);
      }
      await remember(removal, true, rows);
      return outcome;
    },
  };
}

/** Includes the document without a locale even if it is unknown, because Redis may have lost its data. */
function localesOf(older: readonly KnownRevision[], rows: readonly KnownRevision[]): string[] {
  const locales = older.filter(({ removed }) => !removed).map(({ locale }) => locale);
  return rows.some(({ locale }) => locale === '') ? locales : [...locales, ''];
}

/** `local:article-42:de-AT`: the same for every revision, and unique to the document. */
const documentId = ({ tenant, articleId, locale }: DocumentKey): string =>
  [tenant, articleId, ...(locale === '' ? [] : [locale])].map(encodeURIComponent).join(':');
