import { setTimeout as sleep } from 'node:timers/promises';
import { backoff } from '@switchboard/async';
import type { ConsumerContext } from '@switchboard/consumer';
import type { Logger } from '@switchboard/service';
import type { Deliver, Delivered } from '../delivering.ts';
import type { NotifierMetrics } from '../metrics.ts';
import { type Entry, PROBE_EVERY_MS, type WaitingMessages } from './waiting-messages.ts';

export interface SenderOptions {
  readonly waiting: Pick<WaitingMessages, 'lease' | 'postpone' | 'deadLetter'>;
  readonly deliver: Deliver;
  readonly metrics: NotifierMetrics;
  readonly logger: Logger;
  readonly eventLog: Pick<ConsumerContext<object>['eventLog'], 'takes' | 'write'>;
  readonly alert: ConsumerContext<object>['alert'];
  readonly now: () => number;
  /** The maximum number of messages sent to one target at a time; to all, twice as many. */
  readonly concurrency: number;
  readonly pollMs: number;
  /** A send that takes longer is slow. */
  readonly slowMs: number;
}

const MOST_TRIES = 10;
const FIRST_BACKOFF_MS = 5_000;
const LONGEST_BACKOFF_MS = 30 * 60_000;
const STOP_MS = 10_000;

export interface Sender {
  /** Whether it has been sending a message to the target for longer than `slowMs`. */
  isSlow(target: string): boolean;
  /**
   * Takes over a message that an event has begun to send. False if too many to its target are in flight.
   * @param startedAt by performance.now()
   */
  adopt(entry: Entry, sending: Promise<Delivered | undefined>, startedAt: number): boolean;
  /** Aborts when it stops. */
  readonly stopping: AbortSignal;
  stop(): Promise<void>;
}

const givenUp = (
  { messages: [{ ids, type, channel }] }: Entry,
  code: string,
): Parameters<SenderOptions['alert']>[0] => ({
  kind: 'message_given_up',
  code,
  about: ids?.key ?? type,
  message: `${type} by ${channel}`,
  event: ids?.event,
});

/** Sends due messages until it is stopped. Several instances work concurrently. */
export function startSender(options: SenderOptions): Sender {
  const { waiting, deliver, metrics, logger, eventLog, alert, now, concurrency, pollMs, slowMs } = options;
  const stopping = new AbortController();
  const running = new Map<Promise<void>, { readonly target: string; readonly startedAt: number }>();
  /** The number of messages in flight by target. */
  const held = new Map<string, number>();
  /** The targets that this instance found unavailable. */
  const unavailable = new Set<string>();
  let isRedisDown = false;
  let hasEnded = false;
  /** Ends the pause between two leases. */
  let wake = (): void => {};

  const free = (): number => 2 * concurrency - running.size;

  async function leaseDue(): Promise<Entry[]> {
    if (free() <= 0) return [];
    try {
      const entries = await waiting.lease(free(), held);
      if (isRedisDown) logger.info('Redis is back; sending waiting messages');
      isRedisDown = false;
      return entries;
    } catch (error) {
      if (!isRedisDown) logger.warn({ err: error }, 'cannot read waiting messages from Redis; retrying');
      isRedisDown = true;
      return [];
    }
  }

  function start(entry: Entry, sending = deliver(entry, stopping.signal), startedAt = performance.now()): void {
    const { target } = entry;
    held.set(target, (held.get(target) ?? 0) + 1);
    const ended = carryOut(entry, sending, startedAt).finally(() => {
      running.delete(ended);
      const left = (held.get(target) ?? 1) - 1;
      if (left > 0) held.set(target, left);
      else held.delete(target);
      hasEnded = true;
      wake();
    });
    running.set(ended, { target, startedAt });
  }

  async function carryOut(entry: Entry, sending: ReturnType<Deliver>, startedAt: number): Promise<void> {
    const [{ channel, type }] = entry.messages;
    const about = new Set(entry.messages.flatMap(({ ids }) => [ids?.key ?? [], ids?.conversation ?? []].flat()));
    const events = entry.messages.map(({ event }) => event);
    const ids = { entry: entry.id, events, about: [...about], type, channel };
    try {
      const effect = await sending;
      if (effect === undefined) return;
      if (unavailable.delete(effect.system)) logger.info({ target: effect.system }, 'a channel is available again');
      tell(entry, effect, startedAt);
    } catch (error) {
      await settle(entry, error, ids).catch((cause) => {
        // Its lease expires, and the message is sent again.
        logger.warn({ ...ids, err: cause }, 'could not store the outcome of a message');
      });
    }
  }

  /** One line for each message, as for each effect. */
  function tell({ id: entry, tries }: Entry, { system, id: outsideId, messages }: Delivered, startedAt: number): void {
    const ms = Math.round(performance.now() - startedAt);
    for (const { ids, type, channel } of messages) {
      if (!eventLog.takes()) continue;
      eventLog.write('sent a waiting message', {
        ...(ids ?? { type }),
        ...{ entry, channel, system, outsideId, attempt: tries + 1, ms },
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
      const { target } = entry;
      if (!unavailable.has(target)) {
        logger.warn({ target, err: error }, 'a channel is unavailable; its messages wait');
      }
      unavailable.add(target);
      const restUntil = now() + (retryAfterMs > 0 ? Math.ceil(retryAfterMs) : PROBE_EVERY_MS);
      return waiting.postpone(entry, now(), { spent: false, restUntil });
    }
    unavailable.delete(entry.target);
    if (retry === 'never' || entry.tries + 1 >= MOST_TRIES) {
      logger.error({ ...ids, code, tries: entry.tries + 1 }, 'dead-lettered a message');
      for (const message of entry.messages) metrics.ended(message, 'dead');
      await waiting.deadLetter(entry, code);
      return alert(givenUp(entry, code));
    }
    logger.warn({ ...ids, code, tries: entry.tries + 1 }, 'could not send a message; retrying');
    for (const message of entry.messages) metrics.ended(message, 'retried');
    const pause = Math.max(backoff(FIRST_BACKOFF_MS, entry.tries + 1, LONGEST_BACKOFF_MS), retryAfterMs);
    return waiting.postpone(entry, now() + Math.round(pause), { spent: true, proof: 'works' });
  }

  async function run(): Promise<void> {
    let pause = true;
    for (;;) {
      if (pause) await rest();
      if (stopping.signal.aborted) break;
      const entries = await leaseDue();
      for (const entry of entries) start(entry);
      pause = entries.length === 0;
    }
    await Promise.race([Promise.all(running.keys()), sleep(STOP_MS, undefined, { ref: false })]);
  }

  /** Until a message ends, or the next one may be due. */
  async function rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (hasEnded) return resolve();
      const timer = setTimeout(() => wake(), pollMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    hasEnded = false;
  }

  const hasStopped = run();
  return {
    isSlow(target) {
      const since = performance.now() - slowMs;
      return [...running.values()].some((one) => one.target === target && one.startedAt <= since);
    },
    adopt(entry, sending, startedAt) {
      // As for those that it leases, so that no target takes all places.
      if ((held.get(entry.target) ?? 0) >= free()) return false;
      start(entry, sending, startedAt);
      return true;
    },
    stopping: stopping.signal,
    async stop() {
      stopping.abort(new Error('the service stops'));
      wake();
      await hasStopped;
    },
  };
}
