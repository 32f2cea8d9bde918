import { type AvroSchema, catalogue, type EventType, editsBetween, nullableOf } from '@switchboard/events';

/** A field of an event that can be taken from one place: a text, number, flag or time, also one in a record. */
export interface EventField {
  /** Such as `customer.email`. */
  readonly name: string;
  readonly kind: 'text' | 'number' | 'flag' | 'time' | 'other';
}

/** Different words for the same. */
const SAME: Readonly<Record<string, string>> = {
  ...{ buyer: 'customer', client: 'customer', shopper: 'customer', purchaser: 'customer', contact: 'customer' },
  ...{ mail: 'email', emailaddress: 'email', tel: 'phone', telephone: 'phone', mobile: 'phone', cell: 'phone' },
  ...{ amount: 'total', sum: 'total', organisation: 'company', organization: 'company', link: 'url', uri: 'url' },
  ...{ language: 'locale', lang: 'locale', identifier: 'id', no: 'number', timestamp: 'at', time: 'at', date: 'at' },
};
/** Words that tell no fields of an event apart. */
const IDLE = new Set(['customer', 'value', 'field', 'the']);
const MOST_EDITS = 2;
/** Short names with two errors are other names: `packedAt` is not `placedAt`. */
const SHORT = 10;
const LEAST_LENGTH = 6;
const LONGEST = 64;

/** The field of the event with nearly this name, if it holds such values. */
export function nearField(type: EventType, name: string, kind: EventField['kind']): EventField | undefined {
  if (name.length > LONGEST) return undefined;
  const fields = fieldsOf(type).filter((field) => field.kind === kind);
  const words = wordsOf(name);
  const same = fields.find((field) => sameWords(wordsOf(field.name), words));
  const spelled = wordsIn(name).join('').toLowerCase();
  if (same !== undefined || spelled.length < LEAST_LENGTH) return same;
  const most = spelled.length < SHORT ? 1 : MOST_EDITS;
  return fields.find((field) => editsBetween(wordsIn(field.name).join('').toLowerCase(), spelled) <= most);
}

export const hasField = (type: EventType, name: string): boolean =>
  catalogue[type].schema.fields.some((field) => field.name === name || field.aliases?.includes(name));

function fieldsOf(type: EventType): EventField[] {
  return catalogue[type].schema.fields.flatMap(({ name, type: schema }): EventField[] => {
    const given = nullableOf(schema) ?? schema;
    if (name === 'meta') return [];
    if (typeof given === 'object' && 'type' in given && given.type === 'record') {
      return given.fields.map((inner) => ({ name: `${name}.${inner.name}`, kind: kindOf(inner.type) }));
    }
    return [{ name, kind: kindOf(schema) }];
  });
}

function kindOf(schema: AvroSchema): EventField['kind'] {
  const given = nullableOf(schema) ?? schema;
  if (given === 'string') return 'text';
  if (given === 'int' || given === 'long' || given === 'double') return 'number';
  if (given === 'boolean') return 'flag';
  return typeof given === 'object' && 'logicalType' in given ? 'time' : 'other';
}

export const wordsIn = (name: string): string[] =>
  name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** What a name says, in plain words. */
function wordsOf(name: string): string[] {
  const words = wordsIn(name).map((word) => SAME[word.toLowerCase()] ?? word.toLowerCase());
  const telling = words.filter((word) => !IDLE.has(word));
  return [...new Set(telling.length > 0 ? telling : words)].sort();
}

const sameWords = (one: readonly string[], other: readonly string[]): boolean => one.join(' ') === other.join(' ');
