import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { it } from 'node:test';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import { answerClientError } from './client-error.ts';
import { createLogger } from './logger.ts';

it('what is not HTTP is answered 400, and none of it is logged', async (t) => {
  const lines: string[] = [];
  const logger = createLogger('test', 'trace', { write: (line: string) => lines.push(line) });
  const http = Fastify({ loggerInstance: logger as FastifyBaseLogger, clientErrorHandler: answerClientError });
  t.after(() => http.close());
  await http.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((http.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end('canary@example.org\r\n\r\n');
  const answer = await text(socket);
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json\r\n/);
  assert.equal(JSON.parse(answer.split('\r\n\r\n')[1] as string).code, 'INVALID_REQUEST');
  assert.doesNotMatch(lines.join(''), /canary/);
});
