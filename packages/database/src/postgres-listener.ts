import { backoff } from '@switchboard/async';
import type pg from 'pg';
import type { Database } from './database.ts';
import { classified } from './errors.ts';
import { createSubscriptions } from './subscriptions.ts';

/** Notices a connection that died without a word. */
const CHECK_MS = 30_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export interface PostgresListener {
  listen: Database['listen'];
  close(): Promise<void>;
}

/** Listens on one connection of its own, which it opens with the first channel and replaces when it is lost. */
export function createPostgresListener(create: () => pg.Client): PostgresListener {
  const subscriptions = createSubscriptions();
  let client: Promise<pg.Client> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function connect(): Promise<pg.Client> {
    const next = create();
    next.on('error', () => {});
    next.on('notification', ({ channel, payload = '' }) => subscriptions.notify(channel, payload));
    try {
      await next.connect();
      for (const channel of subscriptions.channels()) await next.query(`LISTEN ${channel}`);
    } catch (error) {
      void next.end().catch(() => {});
      throw error;
    }
    const timer = setInterval(() => next.query('SELECT 1').catch(() => next.end()), CHECK_MS).unref();
    next.once('end', () => {
      clearInterval(timer);
      client = undefined;
      if (!isClosed) reconnect(1);
    });
    return next;
  }

  function connected(): Promise<pg.Client> {
    if (client !== undefined) return client;
    const attempt = connect();
    client = attempt;
    attempt.catch(() => {
      if (client === attempt) client = undefined;
    });
    return attempt;
  }

  function reconnect(tries: number): void {
    retry = setTimeout(
      async () => {
        if (isClosed || subscriptions.channels().length === 0) return;
        try {
          await connected();
          subscriptions.gap();
        } catch {
          reconnect(tries + 1);
        }
      },
      backoff(FIRST_PAUSE_MS, tries, LONGEST_PAUSE_MS),
    );
  }

  return {
    async listen(channel, onPayload, onGap) {
      const remove = subscriptions.add(channel, { onPayload, onGap });
      try {
        await (await connected()).query(`LISTEN ${channel}`);
      } catch (error) {
        remove();
        throw classified(error, 'postgres');
      }
      return async () => {
        if (remove()) await client?.then((own) => own.query(`UNLISTEN ${channel}`)).catch(() => {});
      };
    },
    async close() {
      isClosed = true;
      clearTimeout(retry);
      await client?.then((own) => own.end()).catch(() => {});
    },
  };
}
