/** The version of an article that an event is about. */
export interface Revision {
  readonly version: number | null;
  readonly updatedAt: number | null;
  readonly occurredAt: number;
}

/**
 * Above 0 if `one` is newer than `other`: by version, else by update time, else by event time. A field that one of
 * them lacks is skipped.
 */
function compareRevisions(one: Revision, other: Revision): number {
  for (const field of ['version', 'updatedAt', 'occurredAt'] as const) {
    const difference = (one[field] ?? Number.NaN) - (other[field] ?? Number.NaN);
    if (difference > 0 || difference < 0) return difference;
  }
  return 0;
}

/** Stands for an article in all locales. */
export const EVERY_LOCALE = '*';

/** The known state of an article in one locale or in all of them, present or removed. */
export interface KnownRevision {
  readonly locale: string;
  readonly revision: Revision;
  /** The last earlier version and update time, for the fields that the revision lacks. */
  readonly earlier?: Numbers | undefined;
  readonly removed: boolean;
}

export type Numbers = Pick<Revision, 'version' | 'updatedAt'>;

/** The last known version and update time. */
export const lastNumbers = ({ revision, earlier }: Pick<KnownRevision, 'revision' | 'earlier'>): Numbers => ({
  version: revision.version ?? earlier?.version ?? null,
  updatedAt: revision.updatedAt ?? earlier?.updatedAt ?? null,
});

/**
 * Whether a newer revision is known. An equal revision may be applied again. A latest revision without a version or
 * update time counts as at least the earlier one: this identifies older revisions, but not newer ones.
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
