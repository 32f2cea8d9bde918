import { randomUUID } from 'node:crypto';
import { withinLimit } from '@switchboard/async';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import { type Alert, type AlertKind, type Digest, textOf } from './alert.ts';
import type { AlertConfig } from './config.ts';
import { createAlertDelivery } from './delivery.ts';
import { openOutlets } from './outlets.ts';
import { createSharedPool, type Share } from './shared-pool.ts';
import { createTally } from './tally.ts';

export interface Alerts {
  /** Counts the alert and returns at once; never throws. */
  raise(alert: Alert): void;
  /** Hands what is not reported to other instances, and waits for alerts under way, up to the limit. */
  close(limitMs: number): Promise<void>;
}

export interface AlertsOptions {
  readonly service: string;
  readonly config: AlertConfig;
  readonly redis: Pick<Redis, 'eval'>;
  /** Separates installations that share a Redis. */
  readonly scope: string;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** How long the first alerts of a burst are collected; default 1 s. */
  readonly collectMs?: number;
  readonly firstPauseMs?: number;
}

const COLLECT_MS = 1_000;
const LONGEST_CLOSE_MS = 3_000;

/**
 * Alerts people: collects what is raised, and sends one alert of a kind in each window (`ALERT_EVERY_SECONDS`), over all
 * instances that share the Redis. While Redis is down, each instance keeps to the limit alone.
 * @throws ConfigError
 */
export function openAlerts(options: AlertsOptions): Alerts {
  const { service, config, redis, scope, metrics, collectMs = COLLECT_MS } = options;
  const logger = options.logger.child({ component: 'alerts' });
  const windowMs = config.ALERT_EVERY_SECONDS * 1_000;
  const raised = new Counter({
    name: 'alerts_raised_total',
    help: 'Occurrences that people are alerted to.',
    labelNames: ['kind'],
    registers: [metrics],
  });
  const deliveries = new Counter({
    name: 'alerts_deliveries_total',
    help: 'Attempts to send an alert, by outcome.',
    labelNames: ['outlet', 'outcome'],
    registers: [metrics],
  });
  const outlets = openOutlets(config, { logger, metrics }).map((outlet) =>
    createAlertDelivery(outlet, {
      logger,
      ...(options.firstPauseMs === undefined ? {} : { firstPauseMs: options.firstPauseMs }),
      counted: (name, outcome) => deliveries.inc({ outlet: name, outcome }),
    }),
  );
  const tally = createTally(service);
  const pool = createSharedPool(redis, scope, windowMs);
  const timers = new Map<AlertKind, NodeJS.Timeout>();
  const lastSentAt = new Map<AlertKind, number>();
  let isClosed = false;

  function schedule(kind: AlertKind, afterMs: number): void {
    if (isClosed || timers.has(kind)) return;
    timers.set(kind, setTimeout(() => void flush(kind), afterMs).unref());
  }

  async function flush(kind: AlertKind): Promise<void> {
    const digest = tally.take(kind);
    const shared = await share(kind, digest);
    timers.delete(kind);
    if (shared.kind === 'report') report(shared.digest);
    if (shared.kind === 'wait') schedule(kind, shared.ms);
    // What was raised while Redis was asked.
    else if (tally.has(kind)) schedule(kind, collectMs);
  }

  async function share(kind: AlertKind, digest: Digest | undefined): Promise<Share> {
    try {
      return await pool.share(kind, digest);
    } catch {
      return digest === undefined ? { kind: 'none' } : shareAlone(digest);
    }
  }

  /** Without Redis, other instances may send the same. */
  function shareAlone(digest: Digest): Share {
    const nextAt = (lastSentAt.get(digest.kind) ?? Number.NEGATIVE_INFINITY) + windowMs;
    if (performance.now() >= nextAt) return { kind: 'report', digest };
    tally.restore(digest);
    return { kind: 'wait', ms: Math.ceil(nextAt - performance.now()) };
  }

  function report(digest: Digest): void {
    lastSentAt.set(digest.kind, performance.now());
    const text = textOf(digest, config.RUNBOOK_URL);
    const id = `alert_${randomUUID()}`;
    for (const outlet of outlets) outlet.send(text, id);
  }

  return {
    raise(alert) {
      raised.inc({ kind: alert.kind });
      if (outlets.length === 0) return;
      tally.add(alert);
      schedule(alert.kind, collectMs);
    },
    async close(limitMs) {
      const limit = Math.min(limitMs, LONGEST_CLOSE_MS);
      const open = [...timers.keys()];
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      await withinLimit(limit / 2, async () => void (await Promise.all(open.map(flush))));
      isClosed = true;
      await Promise.all(outlets.map((outlet) => outlet.close(limit / 2)));
    },
  };
}
