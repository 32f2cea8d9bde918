/** Which version of an article something is about. */
export interface Revision {
  readonly version: number | null;
  readonly updatedAt: number | null;
  readonly occurredAt: number;
}

/**
 * Above 0 when `one` is newer than `other`: by the version, else by the time of the update, else by the time of the
 * event. What one of the two does not know decides nothing.
 */
export function compareRevisions(one: Revision, other: Revision): number {
  for (const field of ['version', 'updatedAt', 'occurredAt'] as const) {
    const difference = (one[field] ?? Number.NaN) - (other[field] ?? Number.NaN);
    if (difference > 0 || difference < 0) return difference;
  }
  return 0;
}

/** In place of a locale: the article in whatever language. */
export const EVERY_LOCALE = '*';

/** What is known of an article in a locale, or in all of them, whether it is there or was removed. */
export interface KnownRevision {
  readonly locale: string;
  readonly revision: Revision;
}

/** Whether something newer is known. What is exactly as new may be done again. */
export const isOutdated = ({ locale, revision }: KnownRevision, known: readonly KnownRevision[]): boolean =>
  known.some(
    (other) =>
      (other.locale === locale || other.locale === EVERY_LOCALE) && compareRevisions(other.revision, revision) > 0,
  );
