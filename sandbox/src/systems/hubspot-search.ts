import { type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { Refused, refuse } from '../system.ts';
import type { HubspotObject } from './hubspot-objects.ts';

/** Whether an object matches all filters of at least one group. */
export function matches(
  object: HubspotObject,
  groups: readonly unknown[],
  notesOf: ReadonlyMap<string, readonly string[]>,
): boolean {
  if (groups.length === 0) return true;
  return groups.some((group) =>
    listOf(objectOf(group).filters).every((filter) => fits(object, objectOf(filter), notesOf)),
  );
}

function fits(object: HubspotObject, filter: JsonObject, notesOf: ReadonlyMap<string, readonly string[]>): boolean {
  const name = textOf(filter.propertyName);
  const value = textOf(filter.value);
  if (name === 'associations.contact') return notesOf.get(value)?.includes(object.id) ?? false;
  const held = object.properties[name];
  switch (filter.operator) {
    case 'EQ':
      return held?.toLowerCase() === value.toLowerCase();
    case 'NEQ':
      return held !== undefined && held.toLowerCase() !== value.toLowerCase();
    case 'IN':
      return held !== undefined && listOf(filter.values).map(textOf).includes(held.toLowerCase());
    case 'HAS_PROPERTY':
      return held !== undefined && held !== '';
    case 'NOT_HAS_PROPERTY':
      return held === undefined || held === '';
    case 'CONTAINS_TOKEN':
      return held?.toLowerCase().includes(value.replaceAll('*', '').toLowerCase()) ?? false;
    case 'GTE':
      return held !== undefined && held >= value;
    case 'LTE':
      return held !== undefined && held <= value;
    default:
      throw new Refused(
        refuse(400, {
          status: 'error',
          message: `Invalid operator ${textOf(filter.operator)}`,
          category: 'VALIDATION_ERROR',
        }),
      );
  }
}
