import type { types as avroTypes, Type } from 'avsc';
import { EventsError } from '../events-error.ts';

/** The position of a check in the bytes. Each check moves it past its value or throws. */
interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

type Check = (cursor: Cursor) => void;

/**
 * Compiles a check that bytes are exactly one record of the writer's type. avsc trusts its input: a list that claims
 * 2^40 items or a block that claims a negative size makes it allocate memory or loop without end.
 * @throws EventsError UNREADABLE from the check
 */
export function byteChecker(writer: Type): (bytes: Buffer) => void {
  const check = checkOf(writer, new Map());
  return (bytes) => {
    const cursor = { bytes, at: 0 };
    check(cursor);
    if (cursor.at < bytes.length) refuse(cursor, `the record ends, but ${bytes.length - cursor.at} more bytes follow`);
  };
}

function refuse(cursor: Cursor, reason: string): never {
  throw new EventsError('UNREADABLE', `The bytes cannot be read as the schema says: at byte ${cursor.at}, ${reason}.`);
}

function checkOf(type: Type, known: Map<Type, Check>): Check {
  switch (type.typeName) {
    case 'null':
      return () => {};
    case 'boolean':
      return checkBoolean;
    case 'int':
      return checkInt;
    case 'long':
      return checkLong;
    case 'float':
      return (cursor) => skip(cursor, 4);
    case 'double':
      return (cursor) => skip(cursor, 8);
    case 'string':
    case 'bytes':
      return (cursor) => skip(cursor, readNumber(cursor));
    case 'fixed': {
      const { size } = type as avroTypes.FixedType;
      return (cursor) => skip(cursor, size);
    }
    case 'enum': {
      const { length } = (type as avroTypes.EnumType).symbols;
      return (cursor) => void readIndex(cursor, length);
    }
    case 'array':
      return blocksCheck(checkOf((type as avroTypes.ArrayType).itemsType, known));
    case 'map':
      return mapCheck(checkOf((type as avroTypes.MapType).valuesType, known));
    case 'union:unwrapped':
    case 'union:wrapped': {
      const branches = (type as avroTypes.UnwrappedUnionType).types.map((branch) => checkOf(branch, known));
      return (cursor) => branches[readIndex(cursor, branches.length)]?.(cursor);
    }
    default:
      return recordCheck(type as avroTypes.RecordType, known);
  }
}

function recordCheck(type: avroTypes.RecordType, known: Map<Type, Check>): Check {
  const before = known.get(type);
  if (before !== undefined) return before;
  const fields: Check[] = [];
  const check: Check = (cursor) => {
    for (const field of fields) field(cursor);
  };
  // Registered before its fields, so that a record may contain itself.
  known.set(type, check);
  for (const field of type.fields) fields.push(checkOf(field.type, known));
  return check;
}

/** Lists and maps come in blocks until an empty one. A negative count is followed by the block's size in bytes. */
function blocksCheck(item: Check): Check {
  return (cursor) => {
    for (let count = readNumber(cursor); count !== 0; count = readNumber(cursor)) {
      const size = count < 0 ? readNumber(cursor) : undefined;
      const start = cursor.at;
      const items = Math.abs(count);
      // An item takes at least one byte; lists of empty items are not supported.
      if (!(items <= cursor.bytes.length - start)) refuse(cursor, `a list claims ${items} items`);
      for (let index = 0; index < items; index++) item(cursor);
      if (size !== undefined && size !== cursor.at - start) refuse(cursor, `a block claims ${size} bytes`);
    }
  };
}

function mapCheck(value: Check): Check {
  return blocksCheck((cursor) => {
    const length = readNumber(cursor);
    const start = cursor.at;
    skip(cursor, length);
    // avsc would assign it, which sets the object's prototype.
    if (length === 9 && cursor.bytes.toString('latin1', start, cursor.at) === '__proto__')
      refuse(cursor, 'a key is __proto__');
    value(cursor);
  });
}

function skip(cursor: Cursor, length: number): void {
  if (!(length >= 0 && length <= cursor.bytes.length - cursor.at)) refuse(cursor, `a value claims ${length} bytes`);
  cursor.at += length;
}

function checkBoolean(cursor: Cursor): void {
  const byte = cursor.bytes[cursor.at] ?? 2;
  if (byte > 1) refuse(cursor, 'the byte is not a boolean');
  cursor.at += 1;
}

function checkInt(cursor: Cursor): void {
  const value = readNumber(cursor);
  if (value !== (value | 0)) refuse(cursor, 'a number has more than 32 bits');
}

function checkLong(cursor: Cursor): void {
  // avsc reads these with the wrong sign. It rejects large positive numbers itself.
  if (readNumber(cursor) < -(2 ** 52)) refuse(cursor, 'a number is below -2^52, which cannot be read exactly');
}

function readIndex(cursor: Cursor, length: number): number {
  const index = readNumber(cursor);
  if (!(index >= 0 && index < length)) refuse(cursor, `there is no alternative ${index}`);
  return index;
}

/** A zigzag number of at most ten bytes; exact to ±2^53, and beyond that precise enough to detect the overflow. */
function readNumber(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at];
  if (byte === undefined || byte >= 0x80) return readLongNumber(cursor);
  cursor.at += 1;
  return (byte >>> 1) ^ -(byte & 1);
}

function readLongNumber(cursor: Cursor): number {
  const negative = ((cursor.bytes[cursor.at] ?? 0) & 1) === 1;
  let value = 0;
  // Each byte contributes half its value, without the sign in the lowest bit: the full value would need an extra bit.
  let scale = 0.5;
  for (let length = 0; length < 10; length++) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) return refuse(cursor, 'the bytes end in the middle of a value');
    cursor.at += 1;
    value += (byte & (length === 0 ? 0x7e : 0x7f)) * scale;
    if (byte < 0x80) return negative ? -value - 1 : value;
    scale *= 128;
  }
  return refuse(cursor, 'a number has more than 64 bits');
}
