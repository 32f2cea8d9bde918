/** The position of a header. A header without a value has length -1. */
export interface HeaderPlace {
  nameAt: number;
  nameLength: number;
  valueAt: number;
  valueLength: number;
}

/**
 * Visits headers in their wire format: a count, then the length and bytes of each name and value. Stops at invalid
 * bytes or when `visit` returns false. Passes the same position object every time.
 */
export function eachHeader(raw: Buffer, visit: (place: Readonly<HeaderPlace>) => boolean): void {
  const place: HeaderPlace = { nameAt: 0, nameLength: 0, valueAt: 0, valueLength: 0 };
  let at = 0;

  /** Reads a zigzag varint; NaN if it is invalid or points past the end. */
  function readLength(): number {
    let result = 0;
    for (let shift = 0; shift < 32 && at < raw.length; shift += 7) {
      const byte = raw[at] as number;
      at += 1;
      result |= (byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      const length = (result >>> 1) ^ -(result & 1);
      return at + length <= raw.length ? length : Number.NaN;
    }
    return Number.NaN;
  }

  // A header takes at least two bytes, so the bound of a length also bounds the count.
  const count = readLength();
  for (let index = 0; index < count; index += 1) {
    place.nameLength = readLength();
    if (!(place.nameLength >= 0)) return;
    place.nameAt = at;
    at += place.nameLength;
    place.valueLength = readLength();
    if (Number.isNaN(place.valueLength)) return;
    place.valueAt = at;
    at += Math.max(place.valueLength, 0);
    if (!visit(place)) return;
  }
}
