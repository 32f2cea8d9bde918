/** Where a header stands; without a value, its length is -1. */
export interface HeaderPlace {
  nameAt: number;
  nameLength: number;
  valueAt: number;
  valueLength: number;
}

/**
 * Goes over headers as they are on the wire: their number, and for each the length and the bytes of its name and of its
 * value. Ends where the bytes make no sense, or when `visit` returns false. The place is the same object every time.
 */
export function eachHeader(raw: Buffer, visit: (place: Readonly<HeaderPlace>) => boolean): void {
  const place: HeaderPlace = { nameAt: 0, nameLength: 0, valueAt: 0, valueLength: 0 };
  let at = 0;

  /** A zigzag varint; NaN for what is none or points behind the end. */
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

  // A header takes two bytes or more, so what is true of a length is true of their number.
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
