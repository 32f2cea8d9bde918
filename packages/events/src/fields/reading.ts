/** One thing wrong with what was sent: where, relative to the fields, and what it must be instead. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** More are not collected: the sender learns enough from these, and hostile input cannot make the answer grow. */
const maxProblems = 50;

/** Keys come from the sender and may be long; a path only has to be recognised. */
const maxKeyLength = 64;

/** Unknown fields by key, without a prototype so that `__proto__` is a key like any other; or those of a list's items. */
export type Unknown = Record<string, unknown> | readonly (Unknown | null)[];

/**
 * What one pass over the sent fields gathers. Readers note a problem or unknown fields relative to their own value;
 * their callers prepend the path to it, so that paths cost nothing where nothing is wrong.
 */
export class Reading {
  readonly problems: { path: string; message: string }[] = [];
  /** What the value read last held besides what its schema knows, nested as it was; undefined when there was nothing. */
  unknown: Unknown | undefined;

  get full(): boolean {
    return this.problems.length >= maxProblems;
  }

  refuse(message: string, path = ''): undefined {
    if (!this.full) this.problems.push({ path, message });
  }

  /** Puts `step` in front of every problem from `since` on. */
  locate(step: string, since: number): void {
    for (const problem of this.problems.slice(since)) problem.path = step + joined(problem.path);
  }

  /** Takes what is unknown of the value read last. */
  takeUnknown(): Unknown | undefined {
    const { unknown } = this;
    this.unknown = undefined;
    return unknown;
  }
}

/** Checks one sent value and makes it what Avro wants; what is wrong with it goes to the reading. */
export type ValueReader = (value: unknown, reading: Reading) => unknown;

const joined = (path: string): string => (path === '' || path.startsWith('[') ? path : `.${path}`);

/** A key as a step of a path: `name`, or `["any other"]`. */
export function keyStep(key: string): string {
  const shown = key.length > maxKeyLength ? `${key.slice(0, maxKeyLength)}…` : key;
  return /^[A-Za-z_$][\w$]*$/.test(shown) ? shown : `[${JSON.stringify(shown)}]`;
}
