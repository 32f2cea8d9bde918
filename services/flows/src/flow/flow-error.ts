/** One thing that is wrong with a flow, or with what a flow makes of an event. */
export interface FlowProblem {
  /** Where it is written, such as `flows.order-confirmed.then`. */
  readonly path: string;
  /** What is wrong, and what to do. It quotes no value of an event. */
  readonly message: string;
  /** In the file; lines and columns start at 1. */
  readonly place?: { readonly file: string; readonly line: number; readonly column: number };
}

export type FlowErrorCode =
  /** A file or a definition cannot be used. */
  | 'INVALID'
  /** A flow cannot be applied to an event. The same event fails again. */
  | 'FAILED';

export class FlowError extends Error {
  override readonly name = 'FlowError';
  readonly code: FlowErrorCode;
  readonly problems: readonly FlowProblem[];

  constructor(code: FlowErrorCode, problems: readonly FlowProblem[]) {
    super(problems.map(describe).join('\n'));
    this.code = code;
    this.problems = problems;
  }
}

function describe({ place, path, message }: FlowProblem): string {
  const where = place === undefined ? '' : `${place.file}:${place.line}:${place.column}: `;
  return path === '' ? where + message : `${where}${path}: ${message}`;
}
