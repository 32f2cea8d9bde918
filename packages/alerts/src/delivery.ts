import { backoff, withinLimit } from '@switchboard/async';
import type { Logger } from 'pino';
import type { AlertText } from './alert.ts';

/** A destination of alerts. */
export interface Outlet {
  readonly name: 'slack' | 'email' | 'webhook';
  /** @param id the same for every attempt */
  send(alert: AlertText, id: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void> | void;
}

export type DeliveryOutcome = 'sent' | 'failed' | 'dropped';

/** Sends alerts to one destination, in order and one at a time. */
export interface AlertDelivery {
  send(alert: AlertText, id: string): void;
  /** Waits for alerts under way, up to the limit. */
  close(limitMs: number): Promise<void>;
}

/** At one alert a minute and kind, what a destination misses while it is down for ten minutes. */
const MOST_WAITING = 40;
/** About four minutes with the pauses below. */
const MOST_TRIES = 8;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const TIMEOUT_MS = 10_000;

export interface AlertDeliveryOptions {
  readonly logger: Logger;
  counted(outlet: Outlet['name'], outcome: DeliveryOutcome): void;
  readonly firstPauseMs?: number;
  readonly timeoutMs?: number;
}

export function createAlertDelivery(outlet: Outlet, options: AlertDeliveryOptions): AlertDelivery {
  const { logger, counted, firstPauseMs = FIRST_PAUSE_MS, timeoutMs = TIMEOUT_MS } = options;
  const waiting: { alert: AlertText; id: string }[] = [];
  const closing = new AbortController();
  let running: Promise<void> | undefined;

  async function attempt(alert: AlertText, id: string): Promise<unknown> {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      await withinLimit(
        timeoutMs,
        () => outlet.send(alert, id, timeout),
        () => {
          throw new Error(`no answer within ${timeoutMs} ms`);
        },
      );
      return undefined;
    } catch (error) {
      return error ?? new Error('failed');
    }
  }

  async function deliver(alert: AlertText, id: string): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const error = await attempt(alert, id);
      if (error === undefined) return counted(outlet.name, 'sent');
      counted(outlet.name, 'failed');
      logger.warn({ outlet: outlet.name, alert: alert.kind, tries, ...shown(error) }, 'an alert could not be sent');
      if (tries >= MOST_TRIES || closing.signal.aborted) return drop(alert);
      await pause(backoff(firstPauseMs, tries, LONGEST_PAUSE_MS));
    }
  }

  function drop({ kind, title }: AlertText): void {
    counted(outlet.name, 'dropped');
    logger.error({ outlet: outlet.name, alert: kind, title }, 'an alert is given up');
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      closing.signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
    });
  }

  async function run(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await deliver(next.alert, next.id);
    running = undefined;
  }

  return {
    send(alert, id) {
      waiting.push({ alert, id });
      if (waiting.length > MOST_WAITING) drop((waiting.shift() as (typeof waiting)[number]).alert);
      running ??= run();
    },
    async close(limitMs) {
      closing.abort();
      if (running !== undefined)
        await withinLimit(
          limitMs,
          () => running as Promise<void>,
          () => {},
        );
      await outlet.close();
    },
  };
}

/** Code and status: a message may quote the address, which can be a secret. */
const shown = (error: unknown): object => {
  const { name, code = name, status } = error as { name?: string; code?: unknown; status?: unknown };
  return { code, ...(status === undefined ? {} : { status }) };
};
