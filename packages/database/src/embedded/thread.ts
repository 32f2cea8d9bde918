import { Worker } from 'node:worker_threads';
import { DatabaseError, StatementError, UnavailableError } from '../errors.ts';
import type { Failure, Reply, Request, ThreadOptions } from './messages.ts';

type Body = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

export interface DatabaseThread {
  run(body: Body): Promise<unknown>;
  /** It takes no more requests. */
  readonly isEnding: boolean;
  /** Settles when the thread has ended, whatever ended it. */
  readonly ended: Promise<void>;
  end(): Promise<void>;
}

export interface ThreadDeps extends ThreadOptions {
  /** A statement that runs longer cannot be interrupted: the thread is ended. */
  statementTimeoutMs: number;
  onNotification(channel: string, payload: string): void;
}

/** Of JavaScript objects: rows and requests. PGlite's own memory is outside of it, and bounded by its settings. */
const HEAP_MB = 128;
/** Requests that may wait; more of them would only grow the memory. */
const MOST_WAITING = 5_000;

const unavailable = (cause: Error): UnavailableError => new UnavailableError('the embedded database', { cause });

/** @throws DatabaseError if it cannot open the folder */
export async function startThread({ folder, statementTimeoutMs, onNotification }: ThreadDeps): Promise<DatabaseThread> {
  const worker = new Worker(new URL('./database-thread.ts', import.meta.url), {
    workerData: { folder } satisfies ThreadOptions,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let lastId = 0;
  let isEnding = false;
  let reason = new Error('the thread has ended');
  let timer: NodeJS.Timeout | undefined;

  /** Watches the request that runs, which is the oldest. */
  function watch(): void {
    clearTimeout(timer);
    if (waiting.size === 0) return;
    timer = setTimeout(() => {
      const [oldest] = waiting;
      if (oldest === undefined) return;
      waiting.delete(oldest[0]);
      const limit = `The statement ran longer than ${statementTimeoutMs} ms; its transaction was rolled back.`;
      oldest[1].reject(new StatementError(QUERY_CANCELED, limit));
      isEnding = true;
      reason = new Error('another statement took too long');
      void worker.terminate();
    }, statementTimeoutMs);
  }

  function settle(id: number, act: (request: PromiseWithResolvers<unknown>) => void): void {
    const request = waiting.get(id);
    waiting.delete(id);
    if (request !== undefined) act(request);
    watch();
  }

  worker.on('message', (reply: Reply) => {
    if (reply.kind === 'ready') ready.resolve();
    else if (reply.kind === 'failed') ready.reject(cannotOpen(folder, reply.message));
    else if (reply.kind === 'notification') onNotification(reply.channel, reply.payload);
    else if (reply.kind === 'result') settle(reply.id, ({ resolve }) => resolve(reply.result));
    else settle(reply.id, ({ reject }) => reject(errorOf(reply.failure)));
  });
  worker.on('error', (error) => {
    reason = error;
  });
  worker.once('exit', () => {
    isEnding = true;
    clearTimeout(timer);
    ready.reject(cannotOpen(folder, reason.message));
    for (const { reject } of waiting.values()) reject(unavailable(reason));
    waiting.clear();
    ended.resolve();
  });

  try {
    await ready.promise;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return {
    async run(body) {
      if (isEnding) throw unavailable(reason);
      if (waiting.size >= MOST_WAITING) throw unavailable(new Error(`${MOST_WAITING} statements are waiting`));
      const request = Promise.withResolvers<unknown>();
      const id = ++lastId;
      worker.postMessage({ ...body, id });
      waiting.set(id, request);
      if (waiting.size === 1) watch();
      return request.promise;
    },
    get isEnding() {
      return isEnding;
    },
    ended: ended.promise,
    async end() {
      await worker.terminate();
    },
  };
}

/** SQLSTATE of a statement time-out. */
const QUERY_CANCELED = '57014';

const cannotOpen = (folder: string, message: string): DatabaseError =>
  new DatabaseError('CANNOT_OPEN', `The embedded database in ${folder} cannot be opened: ${message}`);

function errorOf({ name, code, message }: Failure): Error {
  if (name === 'StatementError') return new StatementError(code, message);
  return name === 'UnavailableError' ? unavailable(new Error(message)) : new Error(message);
}
