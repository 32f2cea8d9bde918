import type { AvroEnum, Limits } from '../avro-schema.ts';
import type { ValueReader } from './reading.ts';
import { readTimestamp } from './timestamp.ts';

export const booleanReader: ValueReader = (value, reading) =>
  typeof value === 'boolean' ? value : reading.refuse('must be true or false');

export const timestampReader: ValueReader = (value, reading) =>
  readTimestamp(value) ?? reading.refuse('must be an ISO 8601 time, or a Unix time in seconds or milliseconds');

/** Lengths count UTF-16 units, like JavaScript. */
export function textReader({ minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern }: Limits): ValueReader {
  const shape = pattern === undefined ? undefined : new RegExp(pattern, 'u');
  return (value, reading) => {
    if (typeof value !== 'string') return reading.refuse('must be a string');
    if (value.length < minLength) {
      return reading.refuse(minLength === 1 ? 'must not be empty' : `must have at least ${minLength} characters`);
    }
    if (value.length > maxLength) return reading.refuse(`must have at most ${maxLength} characters`);
    if (shape !== undefined && !shape.test(value)) return reading.refuse(`must match ${shape.source}`);
    return value.isWellFormed() ? value : reading.refuse('must be well-formed Unicode, without lone surrogates');
  };
}

const ranges = {
  int: [-(2 ** 31), 2 ** 31 - 1],
  // avsc writes negative numbers beyond 2^52 with the wrong sign, and rejects the last safe integer.
  long: [-(2 ** 52), Number.MAX_SAFE_INTEGER - 1],
  // JSON.parse has rounded larger numbers.
  double: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
} as const;

export function numberReader(type: keyof typeof ranges, { minimum, maximum }: Limits): ValueReader {
  const [least, most] = ranges[type];
  const from = Math.max(minimum ?? least, least);
  const to = Math.min(maximum ?? most, most);
  const whole = type !== 'double';
  const message = whole ? 'must be a whole number' : 'must be a number';
  const rangeMessage = `${message} from ${from} to ${to}`;
  return (sent, reading) => {
    const value = typeof sent === 'string' ? readDecimal(sent) : sent;
    if (typeof value !== 'number' || (whole && !Number.isInteger(value))) return reading.refuse(message);
    // Adding 0 turns -0 into 0, as which Avro would read it back.
    return value >= from && value <= to ? value + 0 : reading.refuse(rangeMessage);
  };
}

/** Doubles represent every decimal of up to 15 digits exactly. */
const DECIMAL = /^-?\d{1,15}(?:\.\d{1,15})?$/;
const EXACT_DIGITS = 15;

/** Shops send amounts as text to preserve the cents. */
function readDecimal(text: string): number | undefined {
  const isExact = DECIMAL.test(text) && text.replace(/\D/g, '').length <= EXACT_DIGITS;
  return isExact ? Number(text) : undefined;
}

export function enumReader({ symbols }: AvroEnum): ValueReader {
  const known = new Set<unknown>(symbols);
  const message = `must be one of ${symbols.join(', ')}`;
  return (value, reading) => (known.has(value) ? value : reading.refuse(message));
}
