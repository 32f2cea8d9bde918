import { Counter, Gauge, type Registry } from 'prom-client';
import type { Message, WaitingMessages } from './waiting/waiting-messages.ts';

/** How a message ended, or what it waits for. */
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
}

export function createNotifierMetrics(registry: Registry, waiting: Pick<WaitingMessages, 'count'>): NotifierMetrics {
  const messages = new Counter({
    name: 'notifier_messages_total',
    help: 'Messages to one person on one channel, by what became of them',
    labelNames: ['type', 'channel', 'outcome'],
    registers: [registry],
  });
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers: [registry] });
  const dead = gauge('notifier_dead_messages', 'Messages that were given up, in the list that an operator reads');
  const overdue = gauge('notifier_overdue_seconds', 'For how long the oldest waiting message has been due');
  new Gauge({
    name: 'notifier_waiting_messages',
    help: 'Messages that wait in Redis: those that others wait behind count once',
    registers: [registry],
    async collect() {
      // While Redis is away the last numbers stand.
      const count = await waiting.count().catch(() => undefined);
      if (count === undefined) return;
      this.set(count.waiting);
      overdue.set(count.overdueMs / 1_000);
      dead.set(count.dead);
    },
  });
  return { ended: ({ type, channel }, outcome) => messages.inc({ type, channel, outcome }) };
}
