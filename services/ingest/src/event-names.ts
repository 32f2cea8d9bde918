import { type EventType, isEventType } from '@switchboard/events';

/** Names that platforms use for events of the catalogue, and that no rule derives. */
const NAMES: ReadonlyMap<string, EventType> = new Map([['new_order', 'order.created']]);

/** The event type that a sender's name means: its own mapping first, then ours, then the name itself in either spelling. */
export function toEventType(name: string, own: ReadonlyMap<string, EventType>): EventType | undefined {
  const mapped = own.get(name) ?? NAMES.get(name);
  if (mapped !== undefined) return mapped;
  if (isEventType(name)) return name;
  // lead_captured → lead.captured
  const dotted = name.replace('_', '.');
  return isEventType(dotted) ? dotted : undefined;
}
