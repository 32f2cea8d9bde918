import { catalogue, type EventType, eventTypes, isEventType } from '@switchboard/events';
import { suggestion } from '../compile/suggestion.ts';

/** Switchboard publishes these itself. */
export const isInternal = (type: EventType): boolean =>
  (catalogue[type] as { readonly internal?: boolean }).internal === true;

const open = eventTypes.filter((type) => !isInternal(type));

/** Why a flow can neither wait for such events nor publish them; undefined if it can. */
export function awaitable(type: string): string | undefined {
  if (!isEventType(type)) return `There is no event type ${type}${suggestion(type, open)}`;
  return isInternal(type) ? `${type} is published by Switchboard for itself; flows cannot use it` : undefined;
}
