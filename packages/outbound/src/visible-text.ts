/** Control characters, non-characters, and characters that reorder the text around them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
const INVISIBLE = /[\0-\x08\x0B-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/g;

/** Cleans text of unknown origin: replaces lone surrogates, and makes line ends uniform. */
export const visibleText = (text: string): string => text.toWellFormed().replace(/\r\n?/g, '\n').replace(INVISIBLE, '');
