import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type FastifyHttpOptions, type FastifyInstance, type FastifyReply, LogController } from 'fastify';
import { answerClientError } from './client-error.ts';
import { sendProblem } from './problem.ts';

/** The options of all our servers. Slow and idle connections are closed; a healthy one never takes that long. */
export const serverOptions = {
  requestTimeout: 15_000,
  keepAliveTimeout: 75_000,
  http: { headersTimeout: 10_000, connectionsCheckingInterval: 1_000 },
  // A request on an open connection is still served while the server closes; the answer ends the connection.
  return503OnClosing: false,
  requestIdHeader: false,
  // An id of 256 characters, percent-encoded. By default, a longer parameter than 100 characters matches no route.
  routerOptions: { maxParamLength: 3_072 },
  logController: new LogController({ disableRequestLogging: true }),
  clientErrorHandler: answerClientError,
  // A path that cannot be decoded reaches no route and no handler.
  frameworkErrors: (error, _request, reply) =>
    void sendProblem(reply as FastifyReply, 'INVALID_REQUEST', error.message),
  // A child logger per request costs more than checking a signature.
  childLoggerFactory: (logger) => logger,
} as const satisfies FastifyHttpOptions<Server>;

export interface ConnectionLimits {
  most?: number;
  /** From one address, so that no sender alone can take all of them. */
  mostPerAddress?: number;
  /** Addresses that many senders share, such as those of balancers. */
  isShared?(address: string): boolean;
}

const CONNECTIONS = { most: 10_000, mostPerAddress: 2_500 };

/** The time to answer requests under way at the stop. Bodies that are still incomplete then are cut off. */
const CLOSING_MS = 3_000;

/** Bounds the server's connections, and hangs up at its close: idle ones at once, the others after `CLOSING_MS`. */
export function limitConnections(http: FastifyInstance, limits: ConnectionLimits = {}): void {
  const { most = CONNECTIONS.most, mostPerAddress = CONNECTIONS.mostPerAddress, isShared = () => false } = limits;
  const open = new Map<string, number>();
  http.server.maxConnections = most;
  http.server.on('connection', (socket: Socket) => {
    const { remoteAddress: address } = socket;
    if (address === undefined || isShared(address)) return;
    const count = open.get(address) ?? 0;
    if (count >= mostPerAddress) {
      socket.destroy();
      return;
    }
    open.set(address, count + 1);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });

  let idle: NodeJS.Timeout | undefined;
  let last: NodeJS.Timeout | undefined;
  http.addHook('preClose', async () => {
    idle = setInterval(() => http.server.closeIdleConnections(), 50);
    last = setTimeout(() => http.server.closeAllConnections(), CLOSING_MS);
  });
  http.addHook('onClose', async () => {
    clearInterval(idle);
    clearTimeout(last);
  });
}

/** Each answer from now on ends its connection, so that senders move to another instance before this one hangs up. */
export function endConnections(http: FastifyInstance): void {
  http.server.prependListener('request', (_request, response: ServerResponse) => {
    response.setHeader('connection', 'close');
  });
}
