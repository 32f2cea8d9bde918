import { type EventType, eventTypes } from '@switchboard/events';

/** The longest name that is compared: a sender decides how long a name is, and the comparison is quadratic. */
const LONGEST_NAME = 64;
const MOST_EDITS = 2;

/** The event type that a name probably means: the same words in any order and casing, or at most two typing errors. */
export function nearMiss(name: string): EventType | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  const words = wordsOf(name);
  const sorted = [...words].sort().join('.');
  const same = eventTypes.find((type) => wordsOf(type).sort().join('.') === sorted);
  if (same !== undefined) return same;
  const spelled = words.join('.');
  let [nearest, fewest]: [EventType | undefined, number] = [undefined, MOST_EDITS + 1];
  for (const type of eventTypes) {
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

/** The Levenshtein distance. */
function editsBetween(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (above[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    above = current;
  }
  return above[b.length] as number;
}
