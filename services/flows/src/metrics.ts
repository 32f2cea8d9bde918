import type { Database } from '@switchboard/database';
import { Counter, Gauge, type Registry } from 'prom-client';

export interface FlowMetrics {
  completed(flow: string): void;
  timedOut(flow: string): void;
  cancelled(flow: string): void;
  /** Effects and variables of an outcome that its events name no one for. */
  leftOut(flow: string, count: number): void;
  stop(): void;
}

/** Reads the database between scrapes, so that no scrape waits for it. */
const COUNT_EVERY_MS = 5_000;

interface WaitingRow {
  readonly flow: string;
  readonly waiting: number;
  readonly oldest_s: number;
}

/** @param current the flows in force, whose counters are 0 until something happens */
export function createFlowMetrics(
  registry: Registry,
  database: Pick<Database, 'query'>,
  current: () => readonly { readonly name: string }[],
): FlowMetrics {
  const counter = (name: string, help: string): Counter =>
    new Counter({
      ...{ name, help, labelNames: ['flow'], registers: [registry] },
      collect() {
        for (const { name: flow } of current()) this.inc({ flow }, 0);
      },
    });
  const gauge = (name: string, help: string): Gauge =>
    new Gauge({ name, help, labelNames: ['flow'], registers: [registry] });
  const completed = counter('flows_completed_total', 'Complete sets whose effects were carried out');
  const timedOut = counter('flows_timed_out_total', 'Sets that were not complete in time');
  const cancelled = counter('flows_cancelled_total', 'Instances that an operator or the erasure of a person cancelled');
  const leftOut = counter(
    'flows_left_out_total',
    'Effects and variables left out because the events name no user or conversation',
  );
  const waiting = gauge('flows_waiting_instances', 'Instances that wait for further events');
  const oldest = gauge('flows_oldest_waiting_seconds', 'Seconds since the oldest waiting instance was opened');
  const overdue = new Gauge({
    name: 'flows_overdue_seconds',
    help: 'Seconds since the time of the longest overdue instance was over',
    registers: [registry],
  });

  async function count(): Promise<void> {
    // Keep the last values while the database is down.
    const rows = await database.query<WaitingRow>(WAITING).catch(() => undefined);
    const [late] = (await database.query<{ late_s: number }>(OVERDUE).catch(() => undefined)) ?? [];
    if (rows === undefined || late === undefined) return;
    waiting.reset();
    oldest.reset();
    for (const { name: flow } of current()) {
      waiting.set({ flow }, 0);
      oldest.set({ flow }, 0);
    }
    for (const { flow, waiting: count, oldest_s } of rows) {
      waiting.set({ flow }, Number(count));
      oldest.set({ flow }, Number(oldest_s));
    }
    overdue.set(Number(late.late_s));
  }
  void count();
  const timer = setInterval(() => void count(), COUNT_EVERY_MS);

  return {
    completed: (flow) => completed.inc({ flow }),
    timedOut: (flow) => timedOut.inc({ flow }),
    cancelled: (flow) => cancelled.inc({ flow }),
    leftOut: (flow, count) => leftOut.inc({ flow }, count),
    stop: () => clearInterval(timer),
  };
}

const WAITING = `SELECT flow, count(*)::int AS waiting, extract(epoch FROM clock_timestamp() - min(opened_at))::float8 AS oldest_s
  FROM flows.instances WHERE state = 'waiting' GROUP BY flow`;

const OVERDUE = `SELECT coalesce(extract(epoch FROM clock_timestamp() - min(due_at)), 0)::float8 AS late_s
  FROM flows.instances WHERE state = 'waiting' AND NOT announced AND due_at <= clock_timestamp()`;
