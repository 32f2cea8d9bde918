/** What a run came to, for the caller. The list is closed. */
export type Answer =
  | {
      readonly kind: 'done';
      readonly runId: string;
      /** The revealed fields. */
      readonly output: Readonly<Record<string, unknown>>;
      /** The rendered reply in the caller's locale; undefined for an action without one. */
      readonly reply: string | undefined;
    }
  /** The run goes on in the background. Its result can be read by its id, and follows as one message if it can. */
  | { readonly kind: 'running'; readonly runId: string }
  /** A write that the person must confirm first: run it again with the same input and this token. */
  | {
      readonly kind: 'unconfirmed';
      readonly runId: string;
      readonly summary: string;
      readonly confirm: string;
      readonly expiresAt: string;
    }
  | Refusal;

export interface Refusal {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  /** What the caller can do. Contains nothing from the backend. */
  readonly detail: string;
  /** For INVALID_INPUT: the fields at fault. */
  readonly problems?: readonly InputProblem[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

export type RefusalCode =
  | 'FORBIDDEN'
  /** There is no such action or run, the backend has nothing, or what it has is not the caller's: all the same. */
  | 'NOT_FOUND'
  | 'INVALID_INPUT'
  /** The idempotency key was used with another input. */
  | 'IDEMPOTENCY_MISMATCH'
  | 'TOO_MANY_REQUESTS'
  /** The backend gave no usable answer, and nothing will follow. */
  | 'NO_ANSWER'
  | 'UNAVAILABLE';

export interface InputProblem {
  /** A JSON pointer into the input; empty for the input itself. */
  readonly path: string;
  readonly message: string;
}

export const refused = (
  code: RefusalCode,
  detail: string,
  more: Pick<Refusal, 'problems' | 'retryAfterSeconds'> = {},
): Refusal => ({ kind: 'refused', code, detail, ...more });
