import { catalogue, type EventType, publicEventTypes } from '@switchboard/events';
import { type Fields, isGiven, spellingsOf } from './json.ts';
import type { SentPaths } from './sent-paths.ts';

/** Fields of the event that senders may write next to its data. */
interface Adoptable {
  /** The field that says which entity the event is about, under all names. */
  readonly entity: readonly string[];
  /** The other fields that a key can be taken from. */
  readonly keys: readonly (readonly string[])[];
  /** The field for the person who sent the message, if the event has one. */
  readonly person: readonly string[] | undefined;
}

const adoptables = new Map<EventType, Adoptable>(
  publicEventTypes.map((type) => {
    const { keyField, keyFields, schema } = catalogue[type];
    // A lead.captured is about its leadId, although it is kept in order by its conversation.
    const own = `${type.split('.')[0]}Id`;
    const entity = keyFields.includes(own) ? own : keyField;
    const names = (field: string): string[] => {
      const { aliases = [] } = schema.fields.find(({ name }) => name === field) ?? {};
      return [field, ...aliases].flatMap(spellingsOf);
    };
    const person = schema.fields.some(({ name }) => name === 'userId') ? names('userId') : undefined;
    return [type, { entity: names(entity), keys: keyFields.map(names), person }];
  }),
);

/** The keys, next to the data, of what the event is about and of the person. */
export interface Beside {
  readonly entity: string | undefined;
  readonly person: string | undefined;
}

/**
 * Moves fields next to the data into it where the data lacks them: a key field under its own name, the entity and the
 * person as their fields. Changes the rest, and a copy of the data, which it returns.
 */
export function adopt(
  data: Fields,
  rest: Fields,
  type: EventType,
  { entity, person }: Beside,
  sent: SentPaths,
): Fields {
  const adoptable = adoptables.get(type) as Adoptable;
  let payload = data;
  const move = (key: string, names: readonly string[]): void => {
    const value = rest[key];
    if (!isGiven(value)) return;
    const present = names.find((name) => isGiven(payload[name]));
    if (present !== undefined && payload[present] !== value) return;
    if (present === undefined) {
      const name = names[0] as string;
      payload = { ...payload, [name]: value };
      sent.moved(name, { value, variable: 'body', path: [key] });
    }
    delete rest[key];
  };
  for (const names of adoptable.keys) for (const name of names) move(name, names);
  if (entity !== undefined) move(entity, adoptable.entity);
  if (person !== undefined && adoptable.person !== undefined) move(person, adoptable.person);
  return payload;
}
