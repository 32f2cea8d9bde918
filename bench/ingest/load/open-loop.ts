import { type Connection, openConnection } from './connection.ts';
import { type Latencies, type Schedule, sendOnSchedule } from './schedule.ts';
import type { Webhooks } from './webhooks.ts';

export interface OpenLoop extends Schedule {
  port: number;
  /** The number of connections. If all are busy, a webhook waits for one, and the wait counts. */
  connections: number;
}

export interface OpenLoopResult extends Latencies {
  /** The total, including the warm-up. */
  accepted: number;
}

/** Sends webhooks on a fixed schedule. Rejects if one is not accepted. */
export async function openLoop(load: OpenLoop, webhooks: Webhooks): Promise<OpenLoopResult> {
  let accepted = 0;
  const broken = Promise.withResolvers<never>();
  const open = Array.from({ length: load.connections }, () => openConnection(load.port, broken.reject));
  const connections = await Promise.race([Promise.all(open), broken.promise]);
  const idle: Connection[] = [...connections];
  const waiting: ((connection: Connection) => void)[] = [];

  function send(): Promise<void> {
    return new Promise((resolve) => {
      function take(connection: Connection): void {
        connection.send(webhooks.next(), () => {
          accepted += 1;
          const next = waiting.shift();
          if (next === undefined) idle.push(connection);
          else next(connection);
          resolve();
        });
      }
      const connection = idle.pop();
      if (connection === undefined) waiting.push(take);
      else take(connection);
    });
  }

  try {
    const latencies = await Promise.race([sendOnSchedule(load, send), broken.promise]);
    return { ...latencies, accepted };
  } finally {
    for (const connection of connections) connection.close();
  }
}
