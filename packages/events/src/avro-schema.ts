/**
 * The subset of Avro that events use. Compiled schemas are self-contained: the first reference to a named type defines
 * it, and later ones use its full name.
 */
export type AvroSchema = string | AvroRecord | AvroEnum | AvroArray | AvroMap | AvroPrimitive | readonly AvroSchema[];

export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly aliases?: readonly string[];
  readonly fields: readonly AvroField[];
}

export interface AvroEnum {
  readonly type: 'enum';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly symbols: readonly string[];
  readonly default?: string;
}

export interface AvroArray {
  readonly type: 'array';
  readonly items: AvroSchema;
}

export interface AvroMap {
  readonly type: 'map';
  readonly values: AvroSchema;
}

export interface AvroPrimitive {
  readonly type: 'string' | 'boolean' | 'int' | 'long' | 'double';
  readonly logicalType?: string;
}

export interface AvroField extends Limits {
  readonly name: string;
  readonly type: AvroSchema;
  readonly default?: unknown;
  readonly aliases?: readonly string[];
  readonly doc?: string;
}

/** Constraints on a field's value beyond its type. Avro readers ignore them. */
export interface Limits {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  /** The length of a text, of each text in a list, or of a map's keys and texts. */
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly maxItems?: number;
  readonly maxEntries?: number;
}

export const fullName = (type: { name: string; namespace?: string }): string =>
  type.namespace === undefined || type.name.includes('.') ? type.name : `${type.namespace}.${type.name}`;

export const isUnion = (schema: AvroSchema): schema is readonly AvroSchema[] => Array.isArray(schema);

/** `X` if the schema is `["null", X]`, otherwise undefined. */
export const nullableOf = (schema: AvroSchema): AvroSchema | undefined =>
  isUnion(schema) && schema.length === 2 && schema[0] === 'null' ? schema[1] : undefined;
