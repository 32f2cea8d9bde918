import { type EventType, isEventType } from '@switchboard/events';
import { isGiven, isObject } from './envelope.ts';
import type { JsonObject } from './json/parse.ts';

/** Names that platforms use for events of the catalogue, and that no rule derives. */
const NAMES: ReadonlyMap<string, (payload: unknown) => EventType> = new Map([
  ['new_order', () => 'order.created'],
  ['conversation.ended', endOf],
  ['conversation_ended', endOf],
]);

/** The event type that a sender's name means: its own mapping first, then ours, then the name itself in either spelling. */
export function toEventType(
  name: string,
  own: ReadonlyMap<string, EventType>,
  payload: unknown,
): EventType | undefined {
  const mapped = own.get(name) ?? NAMES.get(name)?.(payload);
  if (mapped !== undefined) return mapped;
  if (isEventType(name)) return name;
  // lead_captured → lead.captured
  const dotted = name.replace('_', '.');
  return isEventType(dotted) ? dotted : undefined;
}

/** A conversation is resolved when its end says so: by a flag, a status, or how it was settled. */
function endOf(payload: unknown): EventType {
  const fields = isObject(payload) ? payload : {};
  const metadata = isObject(fields.metadata) ? fields.metadata : {};
  const resolved = [fields, metadata].map(saysResolved).find((answer) => answer !== undefined);
  return resolved === true ? 'conversation.resolved' : 'conversation.unresolved';
}

const WORDS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  ['true', true],
  ['yes', true],
  ['resolved', true],
  ['solved', true],
  [false, false],
  ['false', false],
  ['no', false],
  ['unresolved', false],
  ['abandoned', false],
]);

function saysResolved(fields: JsonObject): boolean | undefined {
  for (const name of [
    'resolved',
    'isResolved',
    'is_resolved',
    'status',
    'outcome',
    'resolutionStatus',
    'resolution_status',
  ]) {
    const value = fields[name];
    const answer = WORDS.get(typeof value === 'string' ? value.toLowerCase() : value);
    if (answer !== undefined) return answer;
  }
  const isSettled = ['resolution', 'resolvedBy', 'resolved_by'].some((name) => isGiven(fields[name]));
  return isSettled ? true : undefined;
}
