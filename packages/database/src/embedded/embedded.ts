import { join } from 'node:path';
import type { Statement } from '../database.ts';
import { UnavailableError } from '../errors.ts';
import type { Engine } from '../postgres.ts';
import { createSubscriptions } from '../subscriptions.ts';
import { lockFolder } from './folder-lock.ts';
import { type DatabaseThread, startThread } from './thread.ts';

export interface EmbeddedOptions {
  folder: string;
  statementTimeoutMs: number;
  onRestart(): void;
}

/**
 * Postgres in a thread of its own. A thread that ends unexpectedly is replaced, and recovers what was committed.
 * @throws DatabaseError
 */
export async function openEmbedded({ folder, statementTimeoutMs, onRestart }: EmbeddedOptions): Promise<Engine> {
  const lock = lockFolder(folder);
  const subscriptions = createSubscriptions();
  let isClosed = false;

  async function start(): Promise<DatabaseThread> {
    const thread = await startThread({
      folder: join(folder, 'data'),
      statementTimeoutMs,
      onNotification: subscriptions.notify,
    });
    for (const channel of subscriptions.channels()) {
      await thread.run({ kind: 'query', statement: { sql: `LISTEN ${channel}` } });
    }
    void thread.ended.then(() => {
      if (!isClosed) restart();
    });
    return thread;
  }

  function restart(): void {
    onRestart();
    const next = start();
    thread = next;
    next.then(
      () => subscriptions.gap(),
      // Starts again with the next statement.
      () => {
        thread = undefined;
      },
    );
  }

  let thread: Promise<DatabaseThread> | undefined;
  try {
    const first = await start();
    thread = Promise.resolve(first);
  } catch (error) {
    lock.release();
    throw error;
  }

  async function runningThread(): Promise<DatabaseThread> {
    if (thread === undefined) restart();
    const current = await (thread as Promise<DatabaseThread>);
    if (!current.isEnding) return current;
    await current.ended;
    return thread as Promise<DatabaseThread>;
  }

  async function run(body: Parameters<DatabaseThread['run']>[0]): Promise<unknown> {
    if (isClosed) throw new UnavailableError('the embedded database', { cause: new Error('it is closed') });
    try {
      return await (await runningThread()).run(body);
    } catch (error) {
      throw (error as { name?: unknown }).name === 'DatabaseError'
        ? new UnavailableError('the embedded database', { cause: error })
        : error;
    }
  }

  const query = <Row>(sql: string, values?: readonly unknown[]) =>
    run({ kind: 'query', statement: { sql, values } }) as Promise<Row[]>;

  return {
    kind: 'embedded',
    query,
    transact: (statements: readonly Statement[]) => run({ kind: 'transact', statements }) as Promise<unknown[][]>,
    async listen(channel, onPayload, onGap) {
      const remove = subscriptions.add(channel, { onPayload, onGap });
      try {
        await query(`LISTEN ${channel}`);
      } catch (error) {
        remove();
        throw error;
      }
      return async () => {
        if (remove() && !isClosed) await query(`UNLISTEN ${channel}`).catch(() => {});
      };
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      try {
        const last = await thread?.catch(() => undefined);
        await last?.run({ kind: 'close' }).catch(() => {});
        await last?.end();
      } finally {
        lock.release();
      }
    },
  };
}
