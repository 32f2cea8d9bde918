import type { People } from '@switchboard/people';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Message, WaitingMessages } from './waiting/waiting-messages.ts';

/** The outcome of a message. */
export type Ending =
  | 'sent'
  | 'waits'
  | 'gathered'
  | 'retried'
  | 'dead'
  | 'not_opted_in'
  | 'no_address'
  | 'expired'
  | 'channel_not_configured';

export interface NotifierMetrics {
  ended(message: Pick<Message, 'type' | 'channel'>, ending: Ending): void;
  stop(): void;
}

/** Reads Redis between scrapes, so that no scrape waits for it. */
const COUNT_EVERY_MS = 5_000;

export function createNotifierMetrics(
  registry: Registry,
  waiting: Pick<WaitingMessages, 'count'>,
  people: Pick<People, 'countConflicts'>,
): NotifierMetrics {
  const messages = new Counter({
    name: 'notifier_messages_total',
    help: 'Messages to one person on one channel, by outcome',
    labelNames: ['type', 'channel', 'outcome'],
    registers: [registry],
  });
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers: [registry] });
  const dead = gauge('notifier_dead_messages', 'Dead messages that an operator can resend');
  const overdue = gauge('notifier_overdue_seconds', 'Seconds since the oldest waiting message was due');
  const waits = gauge('notifier_waiting_messages', 'Messages waiting in Redis; each key queue counts once');
  const conflicts = gauge(
    'notifier_people_conflicts',
    'Linked identifiers that are not one person; see ops people conflicts',
  );
  async function count(): Promise<void> {
    // Keep the last values while Redis is down.
    const counted = await waiting.count().catch(() => undefined);
    const counts = await people.countConflicts().catch(() => undefined);
    if (counts !== undefined) conflicts.set(counts);
    if (counted === undefined) return;
    waits.set(counted.waiting);
    overdue.set(counted.overdueMs / 1_000);
    dead.set(counted.dead);
  }
  void count();
  const timer = setInterval(count, COUNT_EVERY_MS);
  return {
    ended: ({ type, channel }, outcome) => messages.inc({ type, channel, outcome }),
    stop: () => clearInterval(timer),
  };
}
