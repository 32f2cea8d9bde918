import { catalogue, isEventType, nearMiss, publicEventTypes } from '@switchboard/events';
import { suggestion } from '../compile/suggestion.ts';

/** Why a flow can neither wait for such events nor publish them; undefined if it can. */
export function unusable(type: string): string | undefined {
  if (isEventType(type)) {
    return catalogue[type].internal ? `${type} is published by Switchboard itself; flows cannot use it` : undefined;
  }
  const meant = nearMiss(type);
  const advice = meant === undefined ? suggestion(type, publicEventTypes) : `; did you mean ${meant}?`;
  return `There is no event type ${type}${advice}`;
}
