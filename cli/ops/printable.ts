/** What a terminal obeys, or what changes the order of the text around it: controls, line separators, direction marks. */
const OBEYED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the function removes.
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above.
const OBEYED_IN_TEXT = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

/** One line, whatever the text holds. */
export const asLine = (text: string): string => text.replace(OBEYED, ' ').toWellFormed();

/** Lines of text. */
export const asText = (text: string): string => text.replace(OBEYED_IN_TEXT, ' ').toWellFormed();

/** A document that says the same when it is parsed; JSON itself escapes only some of these characters. */
export const asJson = (document: unknown, indent = 2): string =>
  JSON.stringify(document, null, indent).replace(OBEYED_IN_TEXT, (characters) =>
    [...characters].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  );
