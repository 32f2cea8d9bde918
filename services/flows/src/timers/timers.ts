import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyEvent } from '@switchboard/events';
import type { Logger } from '@switchboard/service';
import type { DueInstance, DueInstances } from './due-instances.ts';
import { timeoutEvent } from './timeout-event.ts';

export interface TimersOptions {
  readonly due: DueInstances;
  /** Resolves when the event is acknowledged. */
  publish(event: AnyEvent): Promise<void>;
  readonly logger: Logger;
  readonly pollMs?: number;
}

/** Published at a time; the next ones are claimed as soon as these are acknowledged. */
const MOST = 500;
const POLL_MS = 250;

/** Publishes a `flow.timeout` for each instance whose time is over. Several processes share the work. */
export function startTimers({ due, publish, logger, pollMs = POLL_MS }: TimersOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let isFailing = false;

  async function announce(instances: readonly DueInstance[]): Promise<void> {
    const published = await Promise.allSettled(instances.map((instance) => publish(timeoutEvent(instance))));
    const done = instances.filter((_, index) => published[index]?.status === 'fulfilled');
    if (done.length > 0) await due.announced(done.map(({ id }) => id));
    const failed = published.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** @returns whether more may be due at once */
  async function poll(): Promise<boolean> {
    try {
      const instances = await due.claim(MOST);
      if (instances.length > 0) await announce(instances);
      if (isFailing) logger.info('time-outs are published again');
      isFailing = false;
      return instances.length === MOST;
    } catch (error) {
      if (!isFailing) logger.warn({ err: error }, 'cannot publish time-outs; retrying');
      isFailing = true;
      return false;
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (await poll()) continue;
      await sleep(pollMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const ended = run();
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
