import type { Answer } from './exchange.ts';
import { OutboundError } from './outbound-error.ts';
import { retryAfterMs } from './retry-after.ts';

export const isRetryable = (status: number): boolean =>
  status === 408 || status === 409 || status === 425 || status === 429 || status >= 500;

/** The error for a status other than 2xx. */
export function failureOf(target: string, request: string, { status, headers }: Answer): OutboundError {
  if (isRetryable(status)) {
    return new OutboundError('RETRYABLE_STATUS', `${request} was answered ${status}`, {
      target,
      status,
      retryAfterMs: retryAfterMs(headers['retry-after']),
    });
  }
  const what =
    status < 400
      ? `redirects (${status}), which is not followed: configure where it leads`
      : `was answered ${status}: the request will not be accepted as it is`;
  return new OutboundError('REJECTED', `${request} ${what}`, { target, status, retry: 'never' });
}

/**
 * A configuration error: no event is at fault, and none is dead-lettered for it.
 * @param answer the status, or the API's own code for it
 */
export const refusedCredentials = (target: string, request: string, answer: number | string): OutboundError =>
  new OutboundError(
    'AUTHENTICATION_FAILED',
    `${target} refuses our credentials (${request} was answered ${answer}): check them and the address; the service ` +
      'waits until they are accepted',
    { target, status: typeof answer === 'number' ? answer : undefined, retry: 'when-available' },
  );

/** True for a refusal of this request or of all requests. Only answers to other requests show which. */
export const isRefusal = (status: number): boolean => status === 403 || status === 404;

/** The system refuses every request, as it does for a suspended account or at a wrong address. */
export const refusedThroughout = (target: string, request: string, status: number): OutboundError =>
  new OutboundError(
    'AUTHENTICATION_FAILED',
    `${target} refuses us (${request} was answered ${status}, like the requests before it): check the account, its ` +
      'rights and the address; the service waits until a request succeeds',
    { target, status, retry: 'when-available' },
  );
