import { catalogue, type EventType, eventTypes } from '@switchboard/events';
import { type Envelope, isGiven } from './envelope.ts';
import type { JsonObject } from './json/parse.ts';

/** Fields of the event that senders may write next to the payload. */
interface Adoptable {
  /** The field that says which entity the event is about, under all names. */
  entity: readonly string[];
  /** The other fields that a key can be taken from. */
  keys: readonly (readonly string[])[];
  /** The field for the person who sent the message, if the event has one. */
  person: readonly string[] | undefined;
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const adoptables = new Map<EventType, Adoptable>(
  eventTypes.map((type) => {
    const { keyField, keyFields, schema } = catalogue[type];
    // A lead.captured is about its leadId, although it is kept in order by its conversation.
    const own = `${type.split('.')[0]}Id`;
    const entity = keyFields.includes(own) ? own : keyField;
    const names = (field: string): string[] => {
      const { aliases = [] } = schema.fields.find(({ name }) => name === field) ?? {};
      return [field, ...aliases].flatMap((name) => [name, snakeCase(name)]);
    };
    const person = schema.fields.some(({ name }) => name === 'userId') ? names('userId') : undefined;
    return [type, { entity: names(entity), keys: keyFields.map(names), person }];
  }),
);

/**
 * Moves fields next to the payload into it where the payload lacks them: a key field under its own name,
 * `entity_id` as the entity's field, `sender_id` as the person's.
 */
export function adopt({ payload, rest }: Envelope, type: EventType): void {
  if (rest === undefined) return;
  const { entity, keys, person } = adoptables.get(type) as Adoptable;
  for (const names of keys) for (const name of names) move(rest, name, payload, names);
  move(rest, 'entity_id', payload, entity);
  if (person !== undefined) move(rest, 'sender_id', payload, person);
}

function move(rest: JsonObject, key: string, payload: JsonObject, names: readonly string[]): void {
  const value = rest[key];
  if (!isGiven(value)) return;
  const present = names.find((name) => isGiven(payload[name]));
  if (present !== undefined && payload[present] !== value) return;
  if (present === undefined) payload[names[0] as string] = value;
  delete rest[key];
}

/** Adds the other fields next to the payload to the JSON text of its unknown fields; `envelope.` marks a name taken twice. */
export function mergeExtra(extra: string | null, { payload, rest }: Pick<Envelope, 'payload' | 'rest'>): string | null {
  let text = extra === null ? '' : extra.slice(1, -1);
  for (const key in rest) {
    let name = key;
    while (Object.hasOwn(payload, name) || (name !== key && name in rest)) name = `envelope.${name}`;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(rest[key])}`;
  }
  return text === '' ? null : `{${text}}`;
}
