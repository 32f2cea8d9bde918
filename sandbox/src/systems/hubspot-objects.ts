import { isEmail, type JsonObject, objectOf, textOf } from '../json.ts';
import { createTable } from '../table.ts';

export type ObjectType = 'contacts' | 'notes';

export interface HubspotObject {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: false;
}

/** A property value that HubSpot rejects. */
export interface InvalidProperty {
  isValid: false;
  message: string;
  error: string;
  name: string;
  localizedErrorMessage: string;
}

const MOST_NOTE_CHARACTERS = 65_536;

/** HubSpot compares addresses without case and other unique values exactly. */
export const keyOf = (property: string, value: string): string =>
  `${property}=${property === 'email' ? value.trim().toLowerCase() : value}`;

export const createObjects = () =>
  createTable<HubspotObject>({
    property: ({ properties }) => Object.entries(properties).flatMap(([name, value]) => indexKey(name, value)),
  });

/** Long texts are not indexed. */
const indexKey = (name: string, value: string): string[] => (value.length > 300 ? [] : [keyOf(name, value)]);

/** The properties as HubSpot stores them: as strings, addresses in lower case. */
export function cleaned(properties: unknown): Record<string, string> {
  const entries = Object.entries(objectOf(properties)).map(([name, value]): [string, string] => [
    name,
    name === 'email' ? textOf(value).trim().toLowerCase() : textOf(value),
  ]);
  return Object.fromEntries(entries);
}

export function invalidProperties(type: ObjectType, properties: JsonObject): InvalidProperty[] {
  const problems: InvalidProperty[] = [];
  const refuse = (name: string, error: string, message: string): void =>
    void problems.push({ isValid: false, message, error, name, localizedErrorMessage: message });
  for (const [name, value] of Object.entries(properties)) {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) {
      refuse(name, 'PROPERTY_DOESNT_EXIST', `Property "${name}" does not exist`);
    } else if (typeof value === 'object' && value !== null) {
      refuse(name, 'INVALID_VALUE', `Property "${name}" must be a string, a number or a boolean`);
    } else if (type === 'contacts' && name === 'email' && value !== '' && !isEmail(value)) {
      refuse(name, 'INVALID_EMAIL', 'Email address is invalid');
    } else if (name === 'hs_note_body' && textOf(value).length > MOST_NOTE_CHARACTERS) {
      refuse(name, 'VALUE_TOO_LONG', `hs_note_body must have at most ${MOST_NOTE_CHARACTERS} characters`);
    } else if (name === 'hs_timestamp' && Number.isNaN(timeOf(textOf(value)))) {
      refuse(name, 'INVALID_DATE', `${textOf(value)} is not a valid date`);
    }
  }
  return problems;
}

const timeOf = (value: string): number => (/^\d+$/.test(value) ? Number(value) : Date.parse(value));
