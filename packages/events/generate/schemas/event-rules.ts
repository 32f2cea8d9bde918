import avro, { type Schema } from 'avsc';
import { type AvroField, type AvroRecord, fullName, nullableOf } from '../../src/avro-schema.ts';
import { fieldsReader } from '../../src/fields/fields-reader.ts';
import type { DeclaredEvent } from './catalogue-entries.ts';
import { isObject } from './schema-folder.ts';

/** The rules that a compiled schema and its example violate, as sentences. */
export function eventProblems(event: DeclaredEvent, schema: AvroRecord, example: unknown): string[] {
  const problems = [
    ...schemaProblems(event, schema),
    ...event.keyFields.flatMap((key) => keyProblems(key, event, schema)),
  ];
  if (problems.length > 0) return problems.map((problem) => `schemas/${event.schema}: ${problem}.`);
  return exampleProblems(event, schema, example);
}

function schemaProblems({ type }: DeclaredEvent, schema: AvroRecord): string[] {
  const problems: string[] = [];
  const name = type.replace(/(^|\.)(.)/g, (_, __, letter: string) => letter.toUpperCase());
  if (schema.name !== name) problems.push(`the schema of ${type} must be called ${name}`);
  const [meta] = schema.fields;
  if (meta?.name !== 'meta' || !isEventMeta(meta) || meta.default !== undefined) {
    problems.push('the first field must be { "name": "meta", "type": "switchboard.EventMeta", "doc": … }');
  }
  try {
    avro.Type.forSchema(schema as unknown as Schema);
  } catch (error) {
    problems.push((error as Error).message);
  }
  return problems;
}

function isEventMeta({ type }: AvroField): boolean {
  return typeof type === 'object' && 'fields' in type && fullName(type) === 'switchboard.EventMeta';
}

function keyProblems(key: string, { type, keyFields }: DeclaredEvent, schema: AvroRecord): string[] {
  const field = schema.fields.find(({ name }) => name === key);
  if (field === undefined) return [`the key of ${type} is ${key}, but the field does not exist`];
  const problems: string[] = [];
  if ((nullableOf(field.type) ?? field.type) !== 'string' || !((field.minLength ?? 0) >= 1)) {
    problems.push(`${key} is a key of ${type}, so it must be a string with "minLength": 1`);
  }
  if (keyFields.length === 1 && (nullableOf(field.type) !== undefined || field.default !== undefined)) {
    problems.push(`${key} is the only key of ${type}, so it must be required, without a default`);
  }
  return problems;
}

function exampleProblems(event: DeclaredEvent, schema: AvroRecord, example: unknown): string[] {
  if (!isObject(example)) return [`schemas/${event.example} must be a JSON object: the fields of one event.`];
  const read = fieldsReader(schema, event.keyFields)(example);
  if (!read.ok) return read.problems.map(({ path, message }) => `schemas/${event.example}: ${path} ${message}.`);
  if (read.extra === null) return [];
  return [`schemas/${event.example} has fields that schemas/${event.schema} does not declare: ${read.extra}.`];
}
