import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_TYPE, type Problem, problem } from './problem.ts';

const PROBLEMS: Readonly<Record<string, Problem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: problem('TIMEOUT', 'Send the headers and the body without pauses.'),
  HPE_HEADER_OVERFLOW: problem('HEADERS_TOO_LARGE', 'Send fewer or shorter headers.'),
};
const NOT_HTTP = problem('INVALID_REQUEST', 'Send an HTTP/1.1 request.');

/** Answers malformed or late requests and closes the connection. Never logs their bytes, which may be personal data. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const answer = PROBLEMS[error.code ?? ''] ?? NOT_HTTP;
  const { status } = answer;
  const body = JSON.stringify(answer);
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  socket.destroySoon();
}
