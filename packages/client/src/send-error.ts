/** Why nothing was sent, or why it is not certain that it arrived. The list is closed. */
export type SendErrorCode =
  /** A final answer, such as 401 or 422: the same request is refused again. */
  | 'REFUSED'
  /** The last answer asked to send again later, such as 429 or 503. */
  | 'UNAVAILABLE'
  /** No connection, or it ended before the answer did. */
  | 'UNREACHABLE'
  /** No complete answer within `timeoutMs`. */
  | 'TIMED_OUT'
  /** The caller's signal aborted. */
  | 'ABORTED'
  /** An answer that Switchboard does not give: the URL may be that of something else. */
  | 'BAD_ANSWER'
  /** The event cannot be written as JSON. */
  | 'INVALID_EVENT'
  | 'INVALID_OPTION'
  /** The batcher is closed. */
  | 'CLOSED'
  /** The batcher holds as many events as it may. */
  | 'FULL';

/** A field that is not what it must be. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** What became of one event of a list. */
export interface EventResult {
  readonly id: string;
  readonly status: 'accepted' | 'duplicate' | 'invalid' | 'unavailable';
  readonly problems: readonly Problem[];
}

export interface SendErrorDetails extends ErrorOptions {
  status?: number | undefined;
  /** The body of the answer. */
  answer?: string | undefined;
  problems?: readonly Problem[] | undefined;
  retryAfterMs?: number | undefined;
  results?: readonly EventResult[] | undefined;
}

const RETRYABLE: ReadonlySet<SendErrorCode> = new Set(['UNAVAILABLE', 'UNREACHABLE', 'TIMED_OUT', 'ABORTED', 'FULL']);

/** The message says what happened and what to check. It never contains a secret, a key or a field's value. */
export class SendError extends Error {
  override readonly name = 'SendError';
  readonly code: SendErrorCode;
  /** Whether the same event may be accepted later. It may also have arrived already: send it with the same id. */
  readonly retryable: boolean;
  /** The status of the answer, if there was one. */
  readonly status: number | undefined;
  readonly answer: string | undefined;
  readonly problems: readonly Problem[];
  /** How long the answer asked to wait. */
  readonly retryAfterMs: number | undefined;
  /** What is known of each event of a list, in its order: events that are not known to be stored are `unavailable`. */
  readonly results: readonly EventResult[] | undefined;

  constructor(code: SendErrorCode, message: string, details: SendErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.status = details.status;
    this.answer = details.answer;
    this.problems = details.problems ?? [];
    this.retryAfterMs = details.retryAfterMs;
    this.results = details.results;
  }

  /** The same error, with what is known of each event of a list. */
  with(results: readonly EventResult[]): SendError {
    return new SendError(this.code, this.message, { ...this, cause: this.cause, results });
  }
}
