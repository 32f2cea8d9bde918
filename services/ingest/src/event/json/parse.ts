import { isUtf8 } from 'node:buffer';
import { findFault, isExact } from './fault.ts';
import { scan } from './scan.ts';

export type JsonObject = { [key: string]: unknown };

export type Parsed = { ok: true; value: JsonObject | unknown[] } | { ok: false; message: string };

interface ParseOptions {
  /** `text` keeps a number that a double does not hold as its digits; vendors cannot be asked to send another form. */
  inexactNumbers?: 'refuse' | 'text';
}

export const MAX_DEPTH = 64;

/**
 * Reads a JSON object or list and refuses what JavaScript would change silently: duplicate keys, numbers that a double
 * does not hold, lone surrogates. The time is linear in the length, whatever the bytes are; a message names at most
 * a key and a position, never a value.
 */
export function parse(bytes: Buffer, { inexactNumbers = 'refuse' }: ParseOptions = {}): Parsed {
  if (bytes.length === 0) return refuse('The body is empty');
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return refuse('The body starts with a byte order mark');
  if (!isUtf8(bytes)) return refuse('The body is not valid UTF-8');
  const found = scan(bytes, MAX_DEPTH);
  if (found.depth > MAX_DEPTH) return refuse(`The body is nested deeper than ${MAX_DEPTH} levels`);
  // Once V8 (seen in Node 24.21) has parsed an object with such a key, it can take another key that is written with an
  // escape, as in {"":1,"\u540d":2}, for that one. So such an object must not be parsed at all.
  if (found.backslashKey) return refuse('A key holds a backslash, which cannot be read exactly');
  const text = bytes.toString();
  let value: unknown;
  try {
    value = found.longNumber && inexactNumbers === 'text' ? JSON.parse(text, exactly) : JSON.parse(text);
  } catch (error) {
    return refuse(whyNotJson(error, text));
  }
  if (typeof value !== 'object' || value === null) return refuse('The body is JSON, but not an object');
  if (found.longNumber || found.loneSurrogate || countPairs(value) < found.pairs) {
    const fault = findFault(text, inexactNumbers === 'text');
    if (fault !== undefined) return refuse(fault);
  }
  return { ok: true, value: value as JsonObject | unknown[] };
}

const exactly = (_key: string, value: unknown, context?: { source: string }): unknown =>
  typeof value === 'number' && context !== undefined && !isExact(context.source) ? context.source : value;

const refuse = (message: string): Parsed => ({ ok: false, message });

/** Counts the keys that survived parsing. */
function countPairs(value: object): number {
  let pairs = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && item !== null) pairs += countPairs(item);
    return pairs;
  }
  for (const key in value) {
    pairs += 1;
    const child = (value as JsonObject)[key];
    if (typeof child === 'object' && child !== null) pairs += countPairs(child);
  }
  return pairs;
}

/** The engine's own message quotes the body, so only what it says about the position is taken from it. */
function whyNotJson(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : '';
  const position = /at position (\d+) \(line \d+ column \d+\)$/.exec(message)?.[1];
  if (/^Unexpected end|^Unterminated/.test(message) || Number(position) >= text.length) {
    return 'The body is not JSON: it ends too early';
  }
  return position === undefined ? 'The body is not JSON' : `The body is not JSON: see position ${position}`;
}
