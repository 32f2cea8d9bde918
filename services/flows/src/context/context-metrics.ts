import { Counter, Gauge, type Registry } from 'prom-client';
import type { StreamEnd } from './event-stream.ts';

export interface ContextMetrics {
  listenerEnded(why: StreamEnd | 'refused'): void;
}

export function createContextMetrics(registry: Registry, listeners: { readonly taken: number }): ContextMetrics {
  const ended = new Counter({
    name: 'flows_context_listeners_ended_total',
    help: 'Streams of context changes that ended (closed, slow) or were refused because there were too many (refused)',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of ['closed', 'slow', 'refused']) ended.inc({ reason }, 0);
  new Gauge({
    name: 'flows_context_listeners',
    help: 'Open streams of context changes',
    registers: [registry],
    collect() {
      this.set(listeners.taken);
    },
  });
  return { listenerEnded: (reason) => ended.inc({ reason }) };
}
