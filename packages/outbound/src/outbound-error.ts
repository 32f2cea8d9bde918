/** Why a request has no usable answer. The list is closed. */
export type OutboundErrorCode =
  /** The target is down: its breaker is open. */
  | 'UNAVAILABLE'
  /** Nothing was sent: the target has enough requests in flight, or its rate is used up. */
  | 'BUSY'
  | 'TIMEOUT'
  | 'CONNECTION_FAILED'
  | 'RESPONSE_TOO_LARGE'
  /** The answer is not what the API promises, such as malformed JSON. */
  | 'BAD_RESPONSE'
  /** A status that may change on a retry: 408, 409, 425, 429, 5xx. */
  | 'RETRYABLE_STATUS'
  /** Any other 4xx, or a redirect. */
  | 'REJECTED'
  /**
   * The target or its token endpoint refuses our credentials or one request after the other: a configuration error, so
   * the service waits.
   */
  | 'AUTHENTICATION_FAILED'
  /** The address is forbidden for events and users. */
  | 'FORBIDDEN_ADDRESS'
  | 'INVALID_OPTION';

export interface OutboundErrorDetails extends ErrorOptions {
  target: string;
  status?: number | undefined;
  retry?: 'never' | 'when-available' | undefined;
  retryAfterMs?: number | undefined;
}

/**
 * A request to an outside system failed. The message names the target, the method, the path and what to check. It never
 * contains a query, a body or a credential. `retry` and `retryAfterMs` control the consumer.
 */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  readonly code: OutboundErrorCode;
  readonly target: string;
  readonly status: number | undefined;
  readonly retry: 'never' | 'when-available' | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: OutboundErrorCode, message: string, details: OutboundErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.target = details.target;
    this.status = details.status;
    this.retry = details.retry;
    this.retryAfterMs = details.retryAfterMs;
  }
}
