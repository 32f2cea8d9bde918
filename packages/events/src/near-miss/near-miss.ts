import { type EventType, publicEventTypes } from '../catalogue.ts';
import { editsBetween } from './edits-between.ts';

/** The longest name that is compared: a sender decides how long a name is, and the comparison is quadratic. */
const LONGEST_NAME = 64;
const MOST_EDITS = 2;

/** The event type that a name probably means: the same words in any order and casing, or at most two typing errors. */
export function nearMiss(name: string): EventType | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  const words = wordsOf(name);
  const sorted = [...words].sort().join('.');
  const same = publicEventTypes.find((type) => wordsOf(type).sort().join('.') === sorted);
  if (same !== undefined) return same;
  const spelled = words.join('.');
  let [nearest, fewest]: [EventType | undefined, number] = [undefined, MOST_EDITS + 1];
  for (const type of publicEventTypes) {
    const edits = Math.abs(type.length - spelled.length) < fewest ? editsBetween(spelled, type) : fewest;
    if (edits < fewest) [nearest, fewest] = [type, edits];
  }
  return nearest;
}

/** `OrderCreated`, `order_created` and `Order.Created` have the same words. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z])([A-Z])/g, '$1.$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
