import { isEmail, isObject, type JsonObject, objectOf, textOf } from '../json.ts';

export interface Problem extends JsonObject {
  field: string;
  message: string;
  code: string;
}

/** The names of priorities and statuses, by their number. */
export const PRIORITY_NAMES = ['', 'low', 'medium', 'high', 'urgent'];
export const STATUS_NAMES = ['', '', 'open', 'pending', 'resolved', 'closed'];
const MOST_TAG_CHARACTERS = 32;

/** The problems of a ticket's fields, as Freshdesk words them. A new ticket must have all required fields. */
export function problemsOf(given: JsonObject, isNew: boolean): Problem[] {
  const problems: Problem[] = [];
  const need = (field: string, holds: boolean, message: string): void => {
    if (given[field] === undefined && isNew)
      problems.push({ field, message: 'It should be a/an present', code: 'missing_field' });
    else if (given[field] !== undefined && !holds) problems.push({ field, message, code: 'invalid_value' });
  };
  const among = (field: string, names: readonly string[]): void => {
    const values = names.flatMap((name, index) => (name === '' ? [] : [index]));
    need(
      field,
      values.includes(Number(given[field])) && typeof given[field] === 'number',
      `It should be one of these values: '${values.join(',')}'`,
    );
  };
  need(
    'subject',
    textOf(given.subject) !== '' && textOf(given.subject).length <= 255,
    'It should be a String of at most 255 characters',
  );
  need('description', textOf(given.description) !== '', 'It should be a/an String');
  // A requester needs an address or an id that the caller chooses.
  if (given.unique_external_id === undefined)
    need('email', isEmail(given.email), 'It should be in the valid email address format');
  among('status', STATUS_NAMES);
  among('priority', PRIORITY_NAMES);
  const { tags, custom_fields: custom } = given;
  if (
    tags !== undefined &&
    !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string' && tag.length <= MOST_TAG_CHARACTERS))
  ) {
    problems.push({
      field: 'tags',
      message: `It should only contain elements of at most ${MOST_TAG_CHARACTERS} characters`,
      code: 'invalid_value',
    });
  }
  if (custom !== undefined && !isObject(custom))
    problems.push({ field: 'custom_fields', message: 'It should be a/an key/value pair', code: 'datatype_mismatch' });
  for (const name of Object.keys(objectOf(custom))) {
    if (!name.startsWith('cf_'))
      problems.push({ field: name, message: 'Unexpected/invalid field in request', code: 'invalid_field' });
  }
  return problems;
}
