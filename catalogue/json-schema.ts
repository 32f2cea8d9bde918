import {
  type AvroField,
  type AvroRecord,
  type AvroSchema,
  fullName,
  isUnion,
  namesOf,
  nullableOf,
} from '@switchboard/events';

export type JsonSchema = Readonly<Record<string, unknown>>;

const refTo = (full: string): JsonSchema => ({ $ref: `#/components/schemas/${full}` });

const INT = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };

/**
 * The JSON Schemas, by Avro's full name, of what senders may write as the fields of an event, and of the types in it.
 * They have the canonical names, and limits count code points where ingest counts UTF-16 units: ingest decides.
 * @param keyFields fields of which at least one must be present
 */
export function jsonSchemasOf(record: AvroRecord, keyFields: readonly string[]): Map<string, JsonSchema> {
  const schemas = new Map<string, JsonSchema>();
  const own = recordSchema({ ...record, fields: record.fields.filter(({ name }) => name !== 'meta') }, schemas);
  const keys = keyFields.length > 1 ? { anyOf: keyFields.map((field) => ({ required: [field] })) } : {};
  return schemas.set(fullName(record), { ...own, ...keys });
}

function recordSchema({ doc, fields }: AvroRecord, schemas: Map<string, JsonSchema>): JsonSchema {
  const required = fields.filter(isRequired).map(({ name }) => name);
  return {
    type: 'object',
    ...(doc === undefined ? {} : { description: doc }),
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field, schemas)])),
  };
}

/** Lists and maps have a default too; null stands for it. */
export const isRequired = (field: AvroField): boolean => field.default === undefined;

function fieldSchema(field: AvroField, schemas: Map<string, JsonSchema>): JsonSchema {
  const others = namesOf(field).slice(1);
  const description = [field.doc, ...(others.length > 0 ? [`Also read as ${others.map(quoted).join(', ')}.`] : [])];
  const schema = typeSchema(nullableOf(field.type) ?? field.type, field, schemas);
  return { ...(isRequired(field) ? schema : nullable(schema)), description: description.join(' ') };
}

const quoted = (name: string): string => `\`${name}\``;

function nullable(schema: JsonSchema): JsonSchema {
  const { type } = schema;
  return type === undefined ? { anyOf: [schema, { type: 'null' }] } : { ...schema, type: [type, 'null'].flat() };
}

function typeSchema(schema: AvroSchema, limits: AvroField, schemas: Map<string, JsonSchema>): JsonSchema {
  if (isUnion(schema)) throw new TypeError('The only union is the nullable one, on a field.');
  if (typeof schema === 'string') return primitiveSchema(schema, limits);
  switch (schema.type) {
    case 'record':
      schemas.set(fullName(schema), recordSchema(schema, schemas));
      return refTo(fullName(schema));
    case 'enum':
      schemas.set(fullName(schema), { enum: schema.symbols, ...(schema.doc ? { description: schema.doc } : {}) });
      return refTo(fullName(schema));
    case 'array':
      return { type: 'array', maxItems: limits.maxItems, items: typeSchema(schema.items, limits, schemas) };
    case 'map':
      return {
        type: 'object',
        maxProperties: limits.maxEntries,
        propertyNames: { maxLength: limits.maxLength },
        additionalProperties: typeSchema(schema.values, limits, schemas),
      };
    default:
      return schema.logicalType === 'timestamp-millis'
        ? { type: ['string', 'number'], examples: ['2026-01-15T10:30:00Z', 1_768_473_000] }
        : primitiveSchema(schema.type, limits);
  }
}

function primitiveSchema(type: string, { minimum, maximum, minLength, maxLength, pattern }: AvroField): JsonSchema {
  switch (type) {
    case 'string':
      return given({ type, minLength, maxLength, pattern });
    case 'boolean':
      return { type };
    case 'int':
      return { type: 'integer', ...INT, ...given({ minimum, maximum }) };
    case 'long':
      return given({ type: 'integer', minimum, maximum });
    case 'double':
      return given({ type: 'number', minimum, maximum });
    default:
      return refTo(type);
  }
}

const given = (attributes: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
