import type { Answer } from './exchange.ts';
import { OutboundError } from './outbound-error.ts';
import { retryAfterMs } from './retry-after.ts';

export const isRetryable = (status: number): boolean =>
  status === 408 || status === 409 || status === 425 || status === 429 || status >= 500;

/** The error for a status that is no success. */
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

/** A matter of configuration: no event is at fault, and none is given up for it. */
export const refusedCredentials = (target: string, request: string, status: number): OutboundError =>
  new OutboundError(
    'AUTHENTICATION_FAILED',
    `${request} was answered ${status}: check our credentials and the address; the service waits until they are accepted`,
    { target, status, retry: 'when-available' },
  );

/** A refusal of the request, or of whoever sends it: only the answers to others tell. */
export const isRefusal = (status: number): boolean => status === 403 || status === 404;

/** The system refuses one request after the other, as with a suspended account or a wrong address. */
export const refusedThroughout = (target: string, request: string, status: number): OutboundError =>
  new OutboundError(
    'AUTHENTICATION_FAILED',
    `${request} was answered ${status}, as those before it: ${target} refuses us. Check the account, its rights and the ` +
      'address; the service waits until a request succeeds',
    { target, status, retry: 'when-available' },
  );
