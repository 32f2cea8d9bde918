import { handlersOf } from '@switchboard/deploy/services';
import {
  type AvroEnum,
  type AvroField,
  type AvroRecord,
  type AvroSchema,
  catalogue,
  type EventType,
  eventTypes,
  fullName,
  isUnion,
  type Limits,
  namesOf,
  nullableOf,
} from '@switchboard/events';
import { isRequired } from './json-schema.ts';

/** A field, or one in it: `transcript[].text`. */
export interface FieldEntry {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  /** The symbols of an enum. */
  readonly values?: readonly string[];
  readonly limits: Limits;
  /** Other names that senders may use. */
  readonly aliases: readonly string[];
  readonly doc: string;
}

/** An event type, as `GET /catalogue` answers it. */
export interface EventEntry {
  readonly type: string;
  readonly doc: string;
  readonly topic: string;
  /** The first of these fields that an event has is its key. */
  readonly key: readonly string[];
  /** The schema's subject in the registry. */
  readonly subject: string;
  readonly consumers: readonly string[];
  /** Published by Switchboard; senders cannot send it. */
  readonly internal: boolean;
  readonly fields: readonly FieldEntry[];
  readonly example: Readonly<Record<string, unknown>>;
}

export const eventEntries = (): EventEntry[] => eventTypes.map(entryOf);

function entryOf(type: EventType): EventEntry {
  const { topic, keyFields, subject, schema, example, internal } = catalogue[type];
  const fields = schema.fields.filter(({ name }) => name !== 'meta').flatMap((field) => rowsOf(field, '', new Map()));
  const consumers = handlersOf(type);
  return { type, doc: schema.doc ?? '', topic, key: keyFields, subject, consumers, internal, fields, example };
}

type Named = AvroRecord | AvroEnum;

/** The field, and those of the record in it; `named` has the types that are defined so far. */
function rowsOf(field: AvroField, prefix: string, named: Map<string, Named>): FieldEntry[] {
  const [type, suffix, inner] = typeOf(nullableOf(field.type) ?? field.type, named);
  const name = `${prefix}${field.name}`;
  const row = {
    name,
    type,
    required: isRequired(field),
    ...(inner?.type === 'enum' ? { values: inner.symbols } : {}),
    limits: limitsOf(field),
    aliases: namesOf(field).slice(1),
    doc: field.doc ?? '',
  };
  const nested = inner?.type === 'record' ? inner.fields : [];
  return [row, ...nested.flatMap((one) => rowsOf(one, `${name}${suffix}.`, named))];
}

/** In words, with how a path goes on into it, and the named type in it. */
function typeOf(schema: AvroSchema, named: Map<string, Named>): [type: string, suffix: string, inner?: Named] {
  if (isUnion(schema)) throw new TypeError('The only union is the nullable one, on a field.');
  if (typeof schema === 'string') {
    const known = named.get(schema);
    return known === undefined ? [schema, ''] : [known.name, '', known];
  }
  switch (schema.type) {
    case 'record':
    case 'enum':
      named.set(fullName(schema), schema);
      return [schema.name, '', schema];
    case 'array': {
      const [type, suffix, inner] = typeOf(schema.items, named);
      return inner === undefined ? [`list of ${type}`, '[]'] : [`list of ${type}`, `[]${suffix}`, inner];
    }
    case 'map':
      return [`map of ${typeOf(schema.values, named)[0]}`, '.*'];
    default:
      return [schema.logicalType === 'timestamp-millis' ? 'time' : schema.type, ''];
  }
}

const LIMITS = ['minimum', 'maximum', 'minLength', 'maxLength', 'pattern', 'maxItems', 'maxEntries'] as const;

const limitsOf = (field: AvroField): Limits =>
  Object.fromEntries(LIMITS.filter((limit) => field[limit] !== undefined).map((limit) => [limit, field[limit]]));
