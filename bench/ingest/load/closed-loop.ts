import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../../statistics.ts';
import { readServerMetrics } from '../server-metrics.ts';
import { type Connection, openConnection } from './connection.ts';
import type { RequestKind, Webhooks } from './webhooks.ts';

export interface ClosedLoop {
  port: number;
  /** The number of connections; each sends its next webhook after a response. */
  connections: number;
  warmUpSeconds: number;
  seconds: number;
  /** Default: `plain`. */
  requests?: RequestKind;
}

export interface ClosedLoopResult {
  acceptedPerSecond: number;
  /** User and system CPU time of the server, in microseconds. */
  cpuPerAccepted: number;
  /** The user part of it. */
  userPerAccepted: number;
  /** Of a request, in milliseconds. */
  p99: number;
  /** The total, including the warm-up. */
  accepted: number;
}

/** Sends as many webhooks as the server accepts. Rejects if it does not accept one. */
export async function closedLoop(load: ClosedLoop, webhooks: Webhooks): Promise<ClosedLoopResult> {
  const { port, seconds, warmUpSeconds } = load;
  const broken = Promise.withResolvers<never>();
  const open = Array.from({ length: load.connections }, () => openConnection(port, broken.reject));
  const connections = await Promise.race([Promise.all(open), broken.promise]);
  const latencies: number[] = [];
  let accepted = 0;
  let measuring = false;
  let over = false;

  async function mark() {
    const { userSeconds, systemSeconds } = await readServerMetrics(port);
    return { at: performance.now(), accepted, userSeconds, cpuSeconds: userSeconds + systemSeconds };
  }

  async function measure(): Promise<Omit<ClosedLoopResult, 'accepted'>> {
    await sleep(warmUpSeconds * 1_000);
    const from = await mark();
    measuring = true;
    await sleep(seconds * 1_000);
    measuring = false;
    const to = await mark();
    const events = to.accepted - from.accepted;
    return {
      p99: percentile(Float64Array.from(latencies).sort(), 0.99),
      userPerAccepted: ((to.userSeconds - from.userSeconds) / events) * 1e6,
      acceptedPerSecond: events / ((to.at - from.at) / 1_000),
      cpuPerAccepted: ((to.cpuSeconds - from.cpuSeconds) / events) * 1e6,
    };
  }

  /** Sends one after another until the end; resolves with the last response, so that none is left uncounted. */
  function drive(connection: Connection): Promise<void> {
    return new Promise((resolve) => {
      function sendNext(): void {
        const sentAt = performance.now();
        connection.send(webhooks.next(), () => {
          if (measuring) latencies.push(performance.now() - sentAt);
          accepted += webhooks.eventsEach;
          if (over) resolve();
          else sendNext();
        });
      }
      sendNext();
    });
  }

  try {
    const driven = connections.map(drive);
    const result = await Promise.race([measure(), broken.promise]);
    over = true;
    await Promise.race([Promise.all(driven), broken.promise]);
    return { ...result, accepted };
  } finally {
    for (const connection of connections) connection.close();
  }
}
