import type { Outcome } from '../index/article-index.ts';
import type { Removal } from './document.ts';
import { EVERY_LOCALE, isOutdated, type KnownRevision } from './revision.ts';

/** Selects the known documents that a removal removes or has removed, and the outcome. */
export function removedBy<Known extends KnownRevision>(
  { locale, revision }: Removal,
  known: readonly Known[],
): { older: readonly Known[]; outcome: Outcome } {
  const concerned = known.filter(
    (one) => one.locale !== EVERY_LOCALE && (locale === EVERY_LOCALE || one.locale === locale),
  );
  const older = concerned.filter((one) => !isOutdated({ locale: one.locale, revision }, [one]));
  const isThere = ({ removed }: KnownRevision): boolean => !removed;
  return { older, outcome: concerned.some(isThere) && !older.some(isThere) ? 'outdated' : 'done' };
}
