interface Open {
  /** The keys seen so far; undefined in an array. */
  keys: Set<string> | undefined;
  /** Where we are in it: the current key, or in an array the index. */
  at: string | number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Walks over valid JSON and says what `JSON.parse` would have changed, and where; undefined when nothing. Only run
 * when a cheaper check has become suspicious.
 */
export function findFault(text: string, allowsInexact = false): string | undefined {
  const open: Open[] = [];
  let inside: Open | undefined;
  /** The next string is a key. */
  let key = false;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at + 1);
      const value = stringAt(text, at, end);
      if (key && inside?.keys !== undefined) {
        if (inside.keys.has(value)) return `Duplicate key ${quote(value)}${place(open.slice(0, -1))}`;
        inside.keys.add(value);
        inside.at = value;
        key = false;
      }
      if (!value.isWellFormed()) return `Lone surrogate${place(open)}`;
      at = end;
    } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const end = endOfNumber(text, at + 1);
      if (!allowsInexact && !isExact(text.slice(at, end))) {
        return `The number${place(open)} cannot be kept exactly: send it as a string`;
      }
      at = end;
    } else {
      if (code === OPEN_BRACE || code === OPEN_BRACKET) {
        key = code === OPEN_BRACE;
        inside = { keys: key ? new Set() : undefined, at: key ? '' : 0 };
        open.push(inside);
      } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
        open.pop();
        inside = open.at(-1);
        key = false;
      } else if (code === COMMA && inside !== undefined) {
        if (typeof inside.at === 'number') inside.at += 1;
        else key = true;
      }
      at += 1;
    }
  }
  return undefined;
}

function endOfString(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) at += code === BACKSLASH ? 2 : 1;
  return at + 1;
}

function stringAt(text: string, from: number, end: number): string {
  const written = text.slice(from, end);
  return written.includes('\\') ? (JSON.parse(written) as string) : written.slice(1, -1);
}

/** A number ends where a list, an object or the text goes on: at a comma, a bracket or a blank. */
function endOfNumber(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code > 0x20 && code !== COMMA; code = text.charCodeAt(at)) {
    if (code === CLOSE_BRACKET || code === CLOSE_BRACE) break;
    at += 1;
  }
  return at;
}

/** Whether the double nearest to this decimal prints as the same decimal value. */
export function isExact(decimal: string): boolean {
  const double = Number(decimal);
  const size = Math.abs(double);
  // DBL_DIG: up to 15 digits always survive, short of the ends of the range.
  if (decimal.length <= 15 && size > 1e-290 && size < 1e290) return true;
  if (!Number.isFinite(double)) return false;
  const kept = String(double);
  if (kept === decimal) return true;
  const [a, b] = [normalise(decimal), normalise(kept)];
  return a.digits === b.digits && a.exponent === b.exponent;
}

/** `digits × 10^exponent` without leading or trailing zeros; loops rather than patterns, to stay linear. */
function normalise(decimal: string): { digits: string; exponent: number } {
  const unsigned = decimal.startsWith('-') ? decimal.slice(1) : decimal;
  const [mantissa = '', power = '0'] = unsigned.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  let start = 0;
  while (digits[start] === '0') start += 1;
  let end = digits.length;
  while (end > start && digits[end - 1] === '0') end -= 1;
  if (start === end) return { digits: '', exponent: 0 };
  return { digits: digits.slice(start, end), exponent: Number(power) - fraction.length + (digits.length - end) };
}

const LONGEST_NAME = 100;

const quote = (key: string): string =>
  JSON.stringify(key.length > LONGEST_NAME ? `${key.slice(0, LONGEST_NAME)}…` : key);

/** ` at /data/items/3`: a JSON pointer, or nothing at the top. */
function place(open: readonly Open[]): string {
  if (open.length === 0) return '';
  const pointer = open.map(
    ({ at }) => `/${String(at).slice(0, LONGEST_NAME).replaceAll('~', '~0').replaceAll('/', '~1')}`,
  );
  return ` at ${pointer.join('').toWellFormed()}`;
}
