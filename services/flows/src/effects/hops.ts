import type { AnyEvent } from '@switchboard/events';
import { FLOWS_SOURCE } from './event-meta.ts';

/** How many flows an event may pass through. Load checks refuse cycles of flows; this bounds what they cannot see. */
export const MOST_HOPS = 5;

/** The `extra` of an event that a flow publishes: the schema of events has no field for its hops. */
export const extraOf = (hops: number): string => JSON.stringify({ hops });

/** Services that pass on the hops of an event to the event that follows from it. */
const COUNTING = [FLOWS_SOURCE, 'ticketing'];

/** The event, with how many flows it has passed through, for the flows that it enters. */
export function withHops(event: AnyEvent): AnyEvent {
  const { source, extra } = event.meta;
  if (!COUNTING.includes(source) || extra === null) return event;
  const { hops } = JSON.parse(extra) as { hops?: unknown };
  const meta = { ...event.meta, hops: typeof hops === 'number' ? hops : 0 };
  return { ...event, meta } as AnyEvent;
}
