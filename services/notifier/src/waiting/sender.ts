import { setTimeout as sleep } from 'node:timers/promises';
import { backoff } from '@switchboard/async';
import type { Logger } from '@switchboard/service';
import type { Deliver } from '../delivering.ts';
import type { NotifierMetrics } from '../metrics.ts';
import type { Entry, WaitingMessages } from './waiting-messages.ts';

export interface SenderOptions {
  readonly waiting: Pick<WaitingMessages, 'lease' | 'postpone' | 'deadLetter'>;
  readonly deliver: Deliver;
  readonly metrics: NotifierMetrics;
  readonly logger: Logger;
  readonly now: () => number;
  /** The maximum number of messages sent at a time. */
  readonly concurrency: number;
  readonly pollMs: number;
}

const MOST_TRIES = 10;
const FIRST_BACKOFF_MS = 5_000;
const LONGEST_BACKOFF_MS = 30 * 60_000;
/** The pause while an outside system is down. */
const REST_MS = 15_000;
const STOP_MS = 10_000;

/** Sends due messages until it is stopped. Several instances work concurrently. */
export function startSender(options: SenderOptions): { stop(): Promise<void> } {
  const { waiting, deliver, metrics, logger, now, concurrency, pollMs } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let isRedisDown = false;
  /** No message was due, or a system is down. */
  let resting = true;

  async function leaseDue(): Promise<Entry[]> {
    try {
      const entries = await waiting.lease(concurrency - running.size);
      if (isRedisDown) logger.info('Redis is back; sending waiting messages');
      isRedisDown = false;
      return entries;
    } catch (error) {
      if (!isRedisDown) logger.warn({ err: error }, 'cannot read waiting messages from Redis; retrying');
      isRedisDown = true;
      return [];
    }
  }

  async function send(entry: Entry): Promise<void> {
    const [{ channel, type }] = entry.messages;
    const ids = { entry: entry.id, events: entry.messages.map(({ event }) => event), type, channel };
    try {
      await deliver(entry, stopping.signal);
    } catch (error) {
      await settle(entry, error, ids).catch((cause) => {
        // Its lease expires, and the message is sent again.
        logger.warn({ ...ids, err: cause }, 'could not store the outcome of a message');
      });
    }
  }

  async function settle(entry: Entry, error: unknown, ids: object): Promise<void> {
    const {
      retry,
      retryAfterMs = 0,
      code = 'FAILED',
    } = error as { retry?: string; retryAfterMs?: number; code?: string };
    if (stopping.signal.aborted) return waiting.postpone(entry, now(), { spent: false });
    if (retry === 'when-available') {
      resting = true;
      return waiting.postpone(entry, now() + REST_MS, { spent: false });
    }
    if (retry === 'never' || entry.tries + 1 >= MOST_TRIES) {
      logger.error({ ...ids, code, tries: entry.tries + 1 }, 'dead-lettered a message');
      for (const message of entry.messages) metrics.ended(message, 'dead');
      return waiting.deadLetter(entry, code);
    }
    logger.warn({ ...ids, code, tries: entry.tries + 1 }, 'could not send a message; retrying');
    for (const message of entry.messages) metrics.ended(message, 'retried');
    const pause = Math.max(backoff(FIRST_BACKOFF_MS, entry.tries + 1, LONGEST_BACKOFF_MS), retryAfterMs);
    return waiting.postpone(entry, now() + Math.round(pause), { spent: true });
  }

  async function run(): Promise<void> {
    for (;;) {
      if (resting) await sleep(pollMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) break;
      const entries = await leaseDue();
      resting = entries.length === 0;
      for (const entry of entries) {
        const sending = send(entry).finally(() => running.delete(sending));
        running.add(sending);
      }
      // At the limit, the next message is leased when one ends.
      if (running.size >= concurrency) await Promise.race(running);
    }
    await Promise.race([Promise.all(running), sleep(STOP_MS, undefined, { ref: false })]);
  }

  const ended = run();
  return {
    async stop() {
      stopping.abort(new Error('the service stops'));
      await ended;
    },
  };
}
