import { visibleText } from '@switchboard/outbound';

/** Right-to-left letters. */
const RIGHT_TO_LEFT = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/** Cleans text of unknown origin: replaces lone surrogates, unifies line ends, and disables placeholders. */
export const plainText = (text: string): string =>
  visibleText(text)
    .replace(/[\u2028\u2029]/g, '\n')
    // Zendesk and Freshdesk expand placeholders such as {{ticket.requester.email}}.
    .replace(/\{(?=[{%])/g, '{\u2060');

/** Cleans text to one line of at most `max` characters, isolated so that its direction does not affect other text. */
export function oneLine(text: string, max: number): string {
  const line = shorten(plainText(text).replace(/\s+/g, ' ').trim(), max);
  return RIGHT_TO_LEFT.test(line) ? `\u2068${line}\u2069` : line;
}

/** Shortens to `max` characters: keeps the start and the end, and names how much is missing. Splits no character. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const note = (count: number) => ` … (${count} characters left out) … `;
  const room = max - note(text.length).length;
  if (room < 2) return wholeCharacters(text.slice(0, max - 1)).concat('…');
  const head = wholeCharacters(text.slice(0, Math.ceil((room * 2) / 3)));
  const tail = wholeCharacters(text.slice(text.length - Math.floor(room / 3)));
  return head + note(text.length - head.length - tail.length) + tail;
}

/** Removes half a surrogate pair at either end. */
const wholeCharacters = (text: string): string => text.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
