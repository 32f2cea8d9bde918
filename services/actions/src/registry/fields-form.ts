import type { FieldSchema, ObjectSchema } from './fields-schema.ts';
import type { Complain, Keys } from './problems.ts';

const TYPES: readonly string[] = ['string', 'number', 'integer', 'boolean', 'object', 'array'];
const FORMATS: readonly string[] = ['date', 'date-time', 'email', 'uri', 'uuid'];

/** The keywords, and what each one's value must be. */
const KEYWORDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  type: (value) => typeof value === 'string' || Array.isArray(value),
  title: isText,
  description: isText,
  enum: (value) => Array.isArray(value) && value.length > 0,
  minLength: isCount,
  maxLength: isCount,
  pattern: isText,
  format: (value) => FORMATS.includes(value as string),
  minimum: (value) => typeof value === 'number',
  maximum: (value) => typeof value === 'number',
  minItems: isCount,
  maxItems: isCount,
  items: isMap,
  properties: isMap,
  required: (value) => Array.isArray(value) && value.every(isText),
  additionalProperties: (value) => typeof value === 'boolean',
  optional: (value) => typeof value === 'boolean',
};

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
/** A pattern can take exponentially long in the length of the text. */
const MOST_MATCHED = 256;
const MOST_DEPTH = 8;

/**
 * Reads the fields of an input or an output: a map from names to JSON Schemas or names of types, or a JSON Schema of
 * type `object`. A field is required unless it says `optional: true`.
 */
export function readFields(form: unknown, at: Keys, complain: Complain): ObjectSchema {
  if (!isMap(form)) {
    complain(at, 'must be a map from names to types or JSON Schemas');
    return objectSchema({}, []);
  }
  if (form.type === 'object' && isMap(form.properties)) return readObject(form, at, complain, 0) as ObjectSchema;
  const { properties, required } = readProperties(form, at, complain, 0);
  return objectSchema(properties, required);
}

const objectSchema = (properties: Record<string, FieldSchema>, required: readonly string[]): ObjectSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

function readObject(form: Readonly<Record<string, unknown>>, at: Keys, complain: Complain, depth: number): FieldSchema {
  const named = (form.required as readonly string[] | undefined) ?? undefined;
  const { properties, required } = readProperties(form.properties as object, [...at, 'properties'], complain, depth);
  for (const name of named ?? [])
    if (!Object.hasOwn(properties, name)) complain([...at, 'required'], `names no property: ${name}`);
  const text = isText(form.description) ? { description: form.description } : {};
  return { ...objectSchema(properties, named ?? required), ...text };
}

function readProperties(form: object, at: Keys, complain: Complain, depth: number) {
  const properties: Record<string, FieldSchema> = {};
  const required: string[] = [];
  for (const [name, field] of Object.entries(form)) {
    const here = [...at, name];
    if (!NAME.test(name)) complain(here, 'must be a name of letters, digits and _, at most 64');
    else properties[name] = readField(field, here, complain, depth + 1);
    if (!isMap(field) || field.optional !== true) required.push(name);
  }
  return { properties, required };
}

function readField(form: unknown, at: Keys, complain: Complain, depth: number): FieldSchema {
  const field = isText(form) || Array.isArray(form) ? { type: form } : form;
  const fallback: FieldSchema = { type: 'string' };
  if (!isMap(field)) {
    complain(at, `must be a JSON Schema, or one of ${TYPES.join(', ')}`);
    return fallback;
  }
  if (depth > MOST_DEPTH) {
    complain(at, `is nested more than ${MOST_DEPTH} deep`);
    return fallback;
  }
  for (const [keyword, value] of Object.entries(field)) {
    const fits = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    if (fits === undefined) complain([...at, keyword], `is not supported; use ${Object.keys(KEYWORDS).join(', ')}`);
    else if (!fits(value)) complain([...at, keyword], 'has a value that the keyword does not take');
  }
  const types = [field.type].flat();
  const [type = 'string', nullable] = types;
  if (!TYPES.includes(type as string) || types.length > 2 || (types.length === 2 && nullable !== 'null')) {
    complain([...at, 'type'], `must be one of ${TYPES.join(', ')}, or a list of one of them and 'null'`);
    return fallback;
  }
  checkPattern(field, at, complain);
  const { optional: _optional, ...schema } = field;
  if (type === 'object') {
    if (!isMap(field.properties)) complain(at, 'needs properties: fields that are not listed do not leave');
    const object = readObject(
      { ...field, properties: isMap(field.properties) ? field.properties : {} },
      at,
      complain,
      depth,
    );
    return { ...object, type: field.type as FieldSchema['type'] };
  }
  if (type === 'array') {
    if (field.items === undefined) complain(at, 'needs items');
    return {
      ...schema,
      items: readField(field.items ?? 'string', [...at, 'items'], complain, depth + 1),
    } as FieldSchema;
  }
  return schema as unknown as FieldSchema;
}

function checkPattern({ pattern, maxLength }: Readonly<Record<string, unknown>>, at: Keys, complain: Complain): void {
  if (!isText(pattern)) return;
  try {
    new RegExp(pattern, 'u');
  } catch {
    complain([...at, 'pattern'], 'is not a regular expression');
  }
  if (typeof maxLength !== 'number' || maxLength > MOST_MATCHED) {
    complain([...at, 'pattern'], `needs a maxLength of at most ${MOST_MATCHED}, which bounds the time of a match`);
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}
function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
