/** A way in which what is checked may differ from what was signed. */
export interface Variant<Value> {
  /** Ends "The signature fits …". */
  readonly what: string;
  /** What to do about it. */
  readonly advice: string;
  readonly value: Value;
}
