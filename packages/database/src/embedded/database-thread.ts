import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { classified } from '../errors.ts';
import { clientOptions, runStatement, runTransaction } from '../statements.ts';
import type { Failure, Reply, Request, ThreadOptions } from './messages.ts';
import { createWire } from './wire.ts';

// Runs PGlite, which blocks its thread while it works, and answers the requests of the main thread in their order.

/** Of Postgres's own cache. The default of 128 MB is for machines of its own. */
const SHARED_BUFFERS = '16MB';

const reply = (message: Reply): void => parentPort?.postMessage(message);

async function open({ folder }: ThreadOptions): Promise<{ client: pg.Client; close(): Promise<void> }> {
  const database = await PGlite.create(folder, {
    startParams: [...PGlite.defaultStartParams, '-c', `shared_buffers=${SHARED_BUFFERS}`],
  });
  const stream = () => createWire((message) => database.execProtocolRawSync(message));
  const client = new pg.Client({ ...clientOptions, stream, user: 'postgres', database: 'postgres' });
  client.on('notification', ({ channel, payload = '' }) => reply({ kind: 'notification', channel, payload }));
  await client.connect();
  return { client, close: () => database.close() };
}

function failureOf(error: unknown): Failure {
  const { name, message, code = '' } = classified(error, 'the embedded database') as Error & { code?: string };
  return { name, message, code };
}

try {
  const { client, close } = await open(workerData as ThreadOptions);
  const perform = (request: Request): Promise<unknown> => {
    if (request.kind === 'query') return runStatement(client, request.statement);
    return request.kind === 'transact' ? runTransaction(client, request.statements) : close();
  };
  let last: Promise<void> = Promise.resolve();
  parentPort?.on('message', (request: Request) => {
    // Another request's statement must not run within a transaction.
    last = last.then(async () => {
      try {
        reply({ kind: 'result', id: request.id, result: await perform(request) });
      } catch (error) {
        reply({ kind: 'error', id: request.id, failure: failureOf(error) });
      }
    });
  });
  reply({ kind: 'ready' });
} catch (error) {
  reply({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
