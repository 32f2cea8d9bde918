/** Of a language tag, by RFC 5646. `Intl` takes hours for a tag of a megabyte. */
const LONGEST_LOCALE = 35;

/** `de_at` becomes `de-AT`; text that is no language tag is only put in lower case, and cut. */
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

/** `de` of `de-AT`. */
export const languageOf = (locale: string): string => locale.split('-', 1)[0] ?? '';

/**
 * How well a document's locale serves somebody who asks for `wanted`; smaller is better. The locale itself, then its
 * parents (de-AT, de), then others of its language, then documents without a locale.
 */
export function localeDistance(locale: string, wanted: string): number {
  if (locale === '') return 100;
  const [own, asked] = [locale.split('-'), wanted.split('-')];
  const isParent = own.length <= asked.length && own.every((part, index) => part === asked[index]);
  return isParent ? asked.length - own.length : 50 + own.length;
}
