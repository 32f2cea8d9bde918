/** Length limit of a language tag (RFC 5646). `Intl` takes hours for a tag of a megabyte. */
const LONGEST_LOCALE = 35;

/** Canonicalises `de_at` to `de-AT`. Text that is not a language tag is only lower-cased and truncated. */
export function canonicalLocale(text: string): string {
  const tag = text.trim().replaceAll('_', '-');
  if (tag.length > LONGEST_LOCALE) return plain(tag.slice(0, LONGEST_LOCALE));
  try {
    return Intl.getCanonicalLocales(tag === '' ? [] : tag)[0] ?? '';
  } catch {
    return plain(tag);
  }
}

const plain = (tag: string): string => tag.toWellFormed().replaceAll('\0', '').toLowerCase();

/** The language of a locale: `de` for `de-AT`. */
export const languageOf = (locale: string): string => locale.split('-', 1)[0] ?? '';

/**
 * How well a document's locale fits a request for `wanted`; smaller is better. The order is the locale itself, its
 * parents (de-AT, de), other locales of its language, and documents without a locale.
 */
export function localeDistance(locale: string, wanted: string): number {
  if (locale === '') return 100;
  const [own, asked] = [locale.split('-'), wanted.split('-')];
  const isParent = own.length <= asked.length && own.every((part, index) => part === asked[index]);
  return isParent ? asked.length - own.length : 50 + own.length;
}
