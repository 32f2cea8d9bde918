/** Goes through headers in their wire format: a count, then the length and bytes of each name and value. */
export class HeaderCursor {
  nameAt = 0;
  nameLength = 0;
  valueAt = 0;
  /** -1 if the header has no value. */
  valueLength = 0;
  readonly #raw: Buffer;
  #at = 0;
  /** A header takes at least two bytes, so the bound of a length also bounds the count. */
  #left: number;

  constructor(raw: Buffer) {
    this.#raw = raw;
    this.#left = this.#readLength();
  }

  /** Moves to the next header. False at the end, and at invalid bytes. */
  next(): boolean {
    if (!(this.#left > 0)) return false;
    this.#left -= 1;
    this.nameLength = this.#readLength();
    if (!(this.nameLength >= 0)) return this.#stop();
    this.nameAt = this.#at;
    this.#at += this.nameLength;
    this.valueLength = this.#readLength();
    if (Number.isNaN(this.valueLength)) return this.#stop();
    this.valueAt = this.#at;
    this.#at += Math.max(this.valueLength, 0);
    return true;
  }

  /** Whether this is the name. Only for names in ASCII. */
  isNamed(name: string): boolean {
    if (this.nameLength !== name.length) return false;
    for (let place = 0; place < name.length; place += 1) {
      if (this.#raw[this.nameAt + place] !== name.charCodeAt(place)) return false;
    }
    return true;
  }

  #stop(): false {
    this.#left = 0;
    return false;
  }

  /** Reads a zigzag varint; NaN if it is invalid or points past the end. */
  #readLength(): number {
    const raw = this.#raw;
    let result = 0;
    for (let shift = 0; shift < 32 && this.#at < raw.length; shift += 7) {
      const byte = raw[this.#at] as number;
      this.#at += 1;
      result |= (byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      const length = (result >>> 1) ^ -(result & 1);
      return this.#at + length <= raw.length ? length : Number.NaN;
    }
    return Number.NaN;
  }
}
