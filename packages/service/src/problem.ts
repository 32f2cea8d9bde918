import type { FastifyReply, FastifyRequest } from 'fastify';

/** Every problem that our APIs answer with, by its code. The list is closed, and the codes are stable. */
const PROBLEMS = {
  INVALID_REQUEST: { status: 400, title: 'The request is not valid' },
  UNAUTHORIZED: { status: 401, title: 'The request has no valid credentials' },
  FORBIDDEN: { status: 403, title: 'The caller may not do this' },
  NOT_FOUND: { status: 404, title: 'There is nothing at this path' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The path does not support this method' },
  TIMEOUT: { status: 408, title: 'The request took too long' },
  CONFIRMATION_REQUIRED: { status: 409, title: 'The person must confirm this first' },
  IDEMPOTENCY_MISMATCH: { status: 409, title: 'The idempotency key belongs to another request' },
  TOO_LARGE: { status: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The content type is not supported' },
  INVALID_FIELDS: { status: 422, title: 'The body has fields that are not valid' },
  TOO_MANY_REQUESTS: { status: 429, title: 'Too many requests' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The headers are too large' },
  INTERNAL: { status: 500, title: 'The request failed' },
  UNAVAILABLE: { status: 503, title: 'The service cannot answer now' },
  NO_ANSWER: { status: 504, title: 'The outside system gave no usable answer' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** An error answer as in RFC 9457, with a `code` for programs. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What the caller can do, without our internals or the caller's secrets. */
  readonly detail: string;
  readonly code: ProblemCode;
}

export const PROBLEM_TYPE = 'application/problem+json';

export const problem = (code: ProblemCode, detail: string): Problem => ({
  type: `urn:switchboard:problem:${code.toLowerCase().replaceAll('_', '-')}`,
  ...PROBLEMS[code],
  detail,
  code,
});

/** @param more further members of the problem */
export function sendProblem(
  reply: FastifyReply,
  code: ProblemCode,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  const answer = problem(code, detail);
  return reply
    .code(answer.status)
    .type(PROBLEM_TYPE)
    .send({ ...answer, ...more });
}

/** The 401 of an API whose keys are bearer tokens. */
export const sendUnauthorized = (reply: FastifyReply): FastifyReply =>
  sendProblem(
    reply.header('www-authenticate', 'Bearer'),
    'UNAUTHORIZED',
    'Send an API key of your tenant as a bearer token.',
  );

/** Fastify's errors, and those that a handler throws. */
interface RequestError extends Error {
  code?: string;
  statusCode?: number;
  /** `when-available`: a system that the route needs is down. */
  retry?: string | undefined;
}

/** An error handler: explains errors of the caller; logs our own failures without explaining them. */
export function answerError(error: RequestError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { statusCode: status = 500, code, retry } = error;
  if (status < 500) return sendProblem(reply, codeOf(status), error.message);
  // Without the message, which may quote the request or what is stored.
  request.log.error({ code, stack: error.stack?.replace(error.message, '') }, 'request failed');
  return retry === 'when-available' || status === 503
    ? sendProblem(reply, 'UNAVAILABLE', 'Try again later.')
    : sendProblem(reply, 'INTERNAL', 'Try again later; the log of the service has the reason.');
}

/** The code for a status that has one; another 4xx is an invalid request. */
export const codeOf = (wanted: number): ProblemCode =>
  (Object.keys(PROBLEMS) as ProblemCode[]).find((code) => PROBLEMS[code].status === wanted) ?? 'INVALID_REQUEST';
