/** The longest language tag of RFC 5646. `Intl` takes hours for a tag of a megabyte. */
const LONGEST_LOCALE = 35;

/** Returns the tag, or undefined if it is too long. */
export const shortLocale = (tag: string | null | undefined): string | undefined =>
  tag && tag.length <= LONGEST_LOCALE ? tag : undefined;

export function isLocale(text: string): boolean {
  try {
    return shortLocale(text) !== undefined && Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** `de` of `de-AT`. */
export const languageOf = (locale: string): string => new Intl.Locale(locale).language;
