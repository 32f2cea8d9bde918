/**
 * Hides e-mail addresses and telephone numbers in text that operators read. Every function runs in time linear in the
 * length of its text, whatever the text holds.
 */

const ADDRESS = '[e-mail]';
const NUMBER = '[number]';

const AT = /@|%40/;
/** The user and password of a URL; the match ends before the host. */
const CREDENTIALS = /:\/\/[^\s/?#]*@/g;
/** The parts of a sentence that may hold an address. */
const WORD = /[^\s<>"'`()[\]{},;:/\\|=?&#]+/g;
/** The parts of an id or key that may hold an address. */
const PART = /[^\s:/]+/g;

/** These have as many digits as a telephone number, but operators need them. */
const UUID = '[\\da-fA-F]{8}(?:-[\\da-fA-F]{4}){3}-[\\da-fA-F]{12}';
/** A hash, such as a message id. A telephone number is shorter and has no letters. */
const HASH = '(?<![\\w+])(?=\\d{0,40}[a-fA-F])[\\da-fA-F]{16,}';
const DAY = '(?:19|20)\\d\\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])';
const TIME = `(?<!\\d)${DAY}(?:[T ](?:[01]\\d|2[0-3])(?::[0-5]\\d){1,2}(?:\\.\\d{1,9})?)?(?!\\d)`;
/** The date in an id, such as `conv-20260115-1`. */
const SHORT_DAY = '(?<=[A-Za-z][-_])(?:19|20)\\d\\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])(?!\\d)';
/** Excludes four groups of two digits, which is how some countries write telephone numbers. */
const IP = '(?<![\\d.+])(?!(?:\\d\\d\\.){3}\\d\\d(?!\\d))\\d{1,3}(?:\\.\\d{1,3}){3}(?![\\d.])';
/** The time in an id composed of conversation, time and type. */
const EPOCH = '(?<=:)1[5-9]\\d{8}(?:\\d{3})?(?=:[a-z]+\\.[a-z]+$)';

const inSentence = new RegExp(`${UUID}|${HASH}|${TIME}|${SHORT_DAY}|${IP}|(\\+?\\d(?:[\\s()./-]{0,2}\\d){7,})`, 'g');
const inPersonalId = new RegExp(`${UUID}|${HASH}|${EPOCH}|(?<![\\w-])(?:${TIME}|(\\+?\\d[\\d\\s()./-]{6,}))`, 'g');
const inId = /(?<![\w-])(\+\d[\d\s()./-]{6,})/g;

/** Redacts a sentence, stack trace or response that may name a person. */
export function redactSentence(text: string): string {
  // Most texts contain no `@`.
  const hidden = AT.test(text) ? text.replace(CREDENTIALS, '://[credentials]@').replace(WORD, hideAddress) : text;
  return hidden.replace(inSentence, hideNumber);
}

/** Redacts an id or key. Only a `personal` id hides numbers without a plus as telephone numbers. */
export function redactId(text: string, { personal }: { personal: boolean }): string {
  const hidden = AT.test(text) ? text.replace(PART, (part) => (hasPersonBeforeAt(part) ? ADDRESS : part)) : text;
  return hidden.replace(personal ? inPersonalId : inId, hideNumber);
}

/** The first `length` characters, without the last word if it may be part of an address or a number. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  let [start, end] = [length, length];
  while (start > 0 && !isBoundary(text.charCodeAt(start - 1))) start -= 1;
  while (end < text.length && !isBoundary(text.charCodeAt(end))) end += 1;
  const word = text.slice(start, end);
  const mayBePersonal = AT.test(word) || /^\+?\d[\d().-]*$/.test(word);
  return `${text.slice(0, mayBePersonal ? start : length)}…`;
}

/** White space, `:` and `/`. */
const isBoundary = (code: number): boolean => code <= 0x20 || code === 0x3a || code === 0x2f;

const hideNumber = (match: string, number: string | undefined): string => (number === undefined ? match : NUMBER);

function hideAddress(word: string): string {
  const parts = word.split(AT);
  const isAddress = parts.some((part, index) => index > 0 && parts[index - 1] !== '' && isDomain(part));
  if (!isAddress) return word;
  let end = word.length;
  while (word[end - 1] === '.' || word[end - 1] === '!') end -= 1;
  return `${ADDRESS}${word.slice(end)}`;
}

/** `example.org`, but not the version in `undici@7.1.0`. */
function isDomain(text: string): boolean {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return true;
  if (/^\d+\.\d+\.\d/.test(text)) return false;
  const labels = text.split('.').filter((label) => label !== '' && label !== '!');
  return labels.length > 1 && /^\p{L}/u.test(labels.at(-1) as string);
}

function hasPersonBeforeAt(part: string): boolean {
  const parts = part.split(AT);
  return parts.some((after, index) => index > 0 && after !== '' && parts[index - 1] !== '');
}
