import type { DocumentKey } from '../article/document.ts';
import { languageOf } from '../article/locale.ts';
import type { KnownRevision, Revision } from '../article/revision.ts';
import type { EmbeddedDatabase } from './embedded-database.ts';

interface KnownRow extends Revision {
  id: number;
  locale: string;
  earlierVersion: number | null;
  earlierUpdatedAt: number | null;
  removed: number;
}

/** The stored revisions of an article, one for each locale. */
export function knownRevisions({ all }: EmbeddedDatabase, key: DocumentKey): (KnownRevision & { id: number })[] {
  return all<KnownRow>(
    `SELECT id, locale, version, updated_at AS updatedAt, occurred_at AS occurredAt,
       earlier_version AS earlierVersion, earlier_updated_at AS earlierUpdatedAt, removed
     FROM documents WHERE tenant = ? AND article = ?`,
    key.tenant,
    key.articleId,
  ).map(({ id, locale, removed, earlierVersion, earlierUpdatedAt, ...revision }) => ({
    id,
    locale,
    revision,
    earlier: { version: earlierVersion, updatedAt: earlierUpdatedAt },
    removed: removed === 1,
  }));
}

/** Stores the revision of a document, without its content. @returns the id of the document */
export function remember(
  { all }: EmbeddedDatabase,
  key: DocumentKey,
  { version, updatedAt, occurredAt }: Revision,
  removed: boolean,
): number {
  const [row] = all<{ id: number }>(
    `INSERT INTO documents (tenant, article, locale, language, version, updated_at, occurred_at, removed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at,
       occurred_at = excluded.occurred_at, earlier_version = coalesce(documents.version, earlier_version),
       earlier_updated_at = coalesce(documents.updated_at, earlier_updated_at),
       removed = excluded.removed, title = '', url = NULL, tags = '[]'
     RETURNING id`,
    key.tenant,
    key.articleId,
    key.locale,
    languageOf(key.locale),
    version,
    updatedAt,
    occurredAt,
    removed ? 1 : 0,
  );
  return row?.id ?? 0;
}
