/** One problem with the sent fields: the path, and what the value must be. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** Limits the collected problems: these suffice for the sender, and hostile input cannot inflate the response. */
const maxProblems = 50;

/** Limits keys in paths. Senders choose keys, which may be long; a path only has to be recognisable. */
const maxKeyLength = 64;

/** Unknown fields by key, without a prototype so that `__proto__` is an ordinary key; or those of a list's items. */
export type Unknown = Record<string, unknown> | readonly (Unknown | null)[];

/**
 * The result of one pass over the sent fields. Readers report problems and unknown fields relative to their own value.
 * The caller prepends its path, so that paths cost nothing without problems.
 */
export class Reading {
  readonly problems: { path: string; message: string }[] = [];
  /** The unknown fields of the last value read, with their nesting; undefined if there are none. */
  unknown: Unknown | undefined;

  get full(): boolean {
    return this.problems.length >= maxProblems;
  }

  refuse(message: string, path = ''): undefined {
    if (!this.full) this.problems.push({ path, message });
  }

  /** Prepends `step` to the path of every problem from index `since` on. */
  locate(step: string, since: number): void {
    for (const problem of this.problems.slice(since)) problem.path = step + joined(problem.path);
  }

  /** Returns and clears the unknown fields of the last value read. */
  takeUnknown(): Unknown | undefined {
    const { unknown } = this;
    this.unknown = undefined;
    return unknown;
  }
}

/** Validates a sent value and converts it for Avro. Reports problems to the reading. */
export type ValueReader = (value: unknown, reading: Reading) => unknown;

const joined = (path: string): string => (path === '' || path.startsWith('[') ? path : `.${path}`);

/** A key as a path step: `name` or `["any other"]`. */
export function keyStep(key: string): string {
  const shown = key.length > maxKeyLength ? `${key.slice(0, maxKeyLength)}…` : key;
  return /^[A-Za-z_$][\w$]*$/.test(shown) ? shown : `[${JSON.stringify(shown)}]`;
}
