import type { VariableType } from '@switchboard/expressions';

/** The part of JSON Schema that actions use for their input and output. */
export interface FieldSchema {
  readonly type: FieldType | readonly [FieldType, 'null'];
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: FieldSchema;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

export type FieldType = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array';

/** The fields of an action's input or output. */
export interface ObjectSchema extends FieldSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, FieldSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties: boolean;
}

/** What expressions may know of a value: numbers of JSON are doubles, and a value that may be null is checked when it runs. */
export function variableType(schema: FieldSchema): VariableType {
  switch (schema.type) {
    case 'string':
      return 'string';
    case 'number':
    case 'integer':
      return 'double';
    case 'boolean':
      return 'bool';
    case 'array': {
      const item = schema.items === undefined ? 'dyn' : variableType(schema.items);
      return typeof item === 'string' && !item.startsWith('list') ? `list<${item}>` : 'list<dyn>';
    }
    case 'object':
      return schema.properties === undefined ? 'dyn' : fieldTypes(schema.properties);
    default:
      return 'dyn';
  }
}

export const fieldTypes = (properties: Readonly<Record<string, FieldSchema>>): Readonly<Record<string, VariableType>> =>
  Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, variableType(field)]));

/** The schema for values of others, who may add fields: at any depth they are dropped instead of refused. */
export function open<S extends FieldSchema>(schema: S): S {
  const { properties, items } = schema;
  return {
    ...schema,
    ...(properties === undefined ? {} : { additionalProperties: true, properties: mapFields(properties, open) }),
    ...(items === undefined ? {} : { items: open(items) }),
  };
}

const mapFields = (
  properties: Readonly<Record<string, FieldSchema>>,
  change: (field: FieldSchema) => FieldSchema,
): Record<string, FieldSchema> =>
  Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, change(field)]));

/** The schema with these fields only. */
export const only = (schema: ObjectSchema, names: readonly string[]): ObjectSchema => ({
  ...schema,
  properties: Object.fromEntries(Object.entries(schema.properties).filter(([name]) => names.includes(name))),
  required: schema.required.filter((name) => names.includes(name)),
});

/**
 * The value without what its schema does not name, at any depth, so that a field that the backend adds later goes
 * nowhere.
 */
export function project(schema: FieldSchema, value: unknown): unknown {
  if (Array.isArray(value))
    return schema.items === undefined ? [] : value.map((item) => project(schema.items as FieldSchema, item));
  if (typeof value !== 'object' || value === null) return value;
  const { properties = {} } = schema;
  const kept: [string, unknown][] = [];
  for (const [name, field] of Object.entries(properties)) {
    if (Object.hasOwn(value, name)) kept.push([name, project(field, (value as Record<string, unknown>)[name])]);
  }
  return Object.fromEntries(kept);
}
