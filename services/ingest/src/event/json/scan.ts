/** What one pass over the bytes of a JSON text finds, for `parse` to judge. */
export interface Scan {
  /** Deepest nesting of objects and arrays; the pass ends as soon as it exceeds the limit. */
  depth: number;
  /** Colons outside strings: in valid JSON, the number of `key: value` pairs as they were written. */
  pairs: number;
  /** A number that a double may not hold exactly: more than 15 digits, or a large exponent. */
  longNumber: boolean;
  /** An escaped surrogate without its other half. */
  loneSurrogate: boolean;
  /** A key that holds a backslash. */
  backslashKey: boolean;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
const LOWER_CASE = 0x20;

/** Every decimal of up to 15 digits survives the way through a double (DBL_DIG), far from the ends of its range. */
const EXACT_DIGITS = 15;
const EXACT_EXPONENT_DIGITS = 2;

interface ScanInProgress extends Scan {
  /** Whether the string before this place holds a backslash. */
  backslash: boolean;
}

/** Looks at each byte once. The text need not be valid JSON: what is found counts only if `JSON.parse` accepts it too. */
export function scan(bytes: Uint8Array, maxDepth: number): Scan {
  const end = bytes.length;
  const found: ScanInProgress = {
    depth: 0,
    pairs: 0,
    longNumber: false,
    loneSurrogate: false,
    backslashKey: false,
    backslash: false,
  };
  let open = 0;
  let pairs = 0;
  let at = 0;
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      found.backslash = false;
      at = skipString(bytes, at + 1, end, found);
      continue;
    }
    if (byte >= ZERO && byte <= NINE) {
      at = skipNumber(bytes, at, end, found);
      continue;
    }
    if (byte === COLON) {
      pairs += 1;
      if (found.backslash) found.backslashKey = true;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      open += 1;
      if (open > found.depth) found.depth = open;
      if (open > maxDepth) break;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) open -= 1;
    at += 1;
  }
  found.pairs = pairs;
  return found;
}

/** Returns the index after the closing quote. */
function skipString(bytes: Uint8Array, from: number, end: number, found: ScanInProgress): number {
  let at = from;
  while (at < end) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) {
      at += 1;
      continue;
    }
    const surrogate = surrogateHalf(bytes, at, end);
    if (surrogate === 'high' && surrogateHalf(bytes, at + 6, end) === 'low') at += 12;
    else {
      if (surrogate !== undefined) found.loneSurrogate = true;
      if (isBackslash(bytes, at)) found.backslash = true;
      at += 2;
    }
  }
  return end;
}

/** Whether the escape at `at` stands for a backslash. */
const isBackslash = (bytes: Uint8Array, at: number): boolean =>
  bytes[at + 1] === BACKSLASH ||
  (bytes[at + 1] === LOWER_U &&
    bytes[at + 2] === ZERO &&
    bytes[at + 3] === ZERO &&
    bytes[at + 4] === 0x35 &&
    ((bytes[at + 5] as number) | LOWER_CASE) === 0x63);

/** Whether the escape at `at` is `\uD800`–`\uDBFF` (high) or `\uDC00`–`\uDFFF` (low). */
function surrogateHalf(bytes: Uint8Array, at: number, end: number): 'high' | 'low' | undefined {
  if (at + 5 >= end || bytes[at] !== BACKSLASH || bytes[at + 1] !== LOWER_U) return undefined;
  if (((bytes[at + 2] as number) | LOWER_CASE) !== 0x64) return undefined;
  const digit = (bytes[at + 3] as number) | LOWER_CASE;
  if (digit === 0x38 || digit === 0x39 || digit === 0x61 || digit === 0x62) return 'high';
  return digit >= 0x63 && digit <= 0x66 ? 'low' : undefined;
}

/** Returns the index after the number that starts here. */
function skipNumber(bytes: Uint8Array, from: number, end: number, found: Scan): number {
  let at = from;
  let digits = 0;
  for (; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte >= ZERO && byte <= NINE) digits += 1;
    else if (byte !== POINT) break;
  }
  let exponentDigits = 0;
  if (at < end && ((bytes[at] as number) | LOWER_CASE) === LOWER_E) {
    at += 1;
    if (bytes[at] === PLUS || bytes[at] === MINUS) at += 1;
    for (; at < end && (bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE; at += 1) exponentDigits += 1;
  }
  if (digits > EXACT_DIGITS || exponentDigits > EXACT_EXPONENT_DIGITS) found.longNumber = true;
  return at;
}
