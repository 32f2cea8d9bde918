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
function compareRevisions(one: Revision, other: Revision): number {
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
  /** The last that there were before, for what the revision has none of. */
  readonly earlier?: Numbers | undefined;
  readonly removed: boolean;
}

export type Numbers = Pick<Revision, 'version' | 'updatedAt'>;

/** The last version, and the last time of an update, that there were. */
export const lastNumbers = ({ revision, earlier }: Pick<KnownRevision, 'revision' | 'earlier'>): Numbers => ({
  version: revision.version ?? earlier?.version ?? null,
  updatedAt: revision.updatedAt ?? earlier?.updatedAt ?? null,
});

/**
 * Whether something newer is known. What is exactly as new may be done again. What the latest revision has no number
 * of, it is at least what an earlier one had: that tells what is older, and does not tell what is newer.
 */
export const isOutdated = (
  { locale, revision }: Pick<KnownRevision, 'locale' | 'revision'>,
  known: readonly KnownRevision[],
): boolean =>
  known.some((other) => {
    if (other.locale !== locale && other.locale !== EVERY_LOCALE) return false;
    const atLeast = { ...lastNumbers(other), occurredAt: Number.NEGATIVE_INFINITY };
    return [other.revision, atLeast].some((one) => compareRevisions(one, revision) > 0);
  });
