import type { AvroEnum, AvroField, AvroRecord, AvroSchema } from '../../src/avro-schema.ts';
import { type Definitions, rootNamespace } from './definitions.ts';
import { fieldProblems } from './field-rules.ts';
import { isObject } from './schema-folder.ts';

type Json = Record<string, unknown>;

const primitives = ['string', 'boolean', 'int', 'long', 'double'];

const refused: Record<string, string> = {
  float: 'float loses digits of JSON numbers; use double',
  bytes: 'JSON has no bytes; use string',
  null: 'null alone carries no information; use ["null", <type>]',
};

/**
 * Makes schemas self-contained by inlining each referenced type at its first reference. Adds a sentence to `problems`
 * for each use of Avro that events do not support.
 */
export class SchemaCompiler {
  /** The full names of the files' types referenced so far. */
  readonly used = new Set<string>();
  private readonly definitions: Definitions;
  private readonly problems: string[];
  /** The file of each named type, across all schemas and domains: TypeScript uses the short names. */
  private readonly owners = new Map<string, string>();
  private defined = new Set<string>();
  private open: string[] = [];
  private file = '';

  constructor(definitions: Definitions, problems: string[]) {
    this.definitions = definitions;
    this.problems = problems;
  }

  /** The compiled record with this full name; undefined if it has mistakes. */
  compile(name: string): AvroRecord | undefined {
    const before = this.problems.length;
    this.defined = new Set();
    const compiled = this.reference(name, rootNamespace);
    return this.problems.length === before ? (compiled as AvroRecord) : undefined;
  }

  private complain(problem: string): void {
    this.problems.push(`schemas/${this.file}: ${problem}.`);
  }

  private type(schema: unknown, namespace: string): AvroSchema {
    if (typeof schema === 'string') return primitives.includes(schema) ? schema : this.reference(schema, namespace);
    if (Array.isArray(schema)) {
      if (schema.length !== 2 || schema[0] !== 'null' || Array.isArray(schema[1])) {
        this.complain('the only union that events may use is ["null", <type>]');
      }
      return ['null', this.type(schema[1], namespace)];
    }
    if (!isObject(schema)) {
      this.complain('a type must be a name, an object, or ["null", <type>]');
      return 'string';
    }
    switch (schema.type) {
      case 'record':
        return this.record(schema, namespace);
      case 'enum':
        return this.enumeration(schema, namespace);
      case 'array':
        return { type: 'array', items: this.inner(schema, 'items', namespace) };
      case 'map':
        return { type: 'map', values: this.inner(schema, 'values', namespace) };
      default:
        return this.logical(schema);
    }
  }

  private reference(mention: string, namespace: string): AvroSchema {
    const full = mention.includes('.') ? mention : `${namespace}.${mention}`;
    if (this.open.includes(full)) {
      this.complain(`${full} contains itself, which events do not support`);
      return full;
    }
    if (this.defined.has(full)) return full;
    const definition = this.definitions.get(full);
    if (definition === undefined) {
      this.complain(this.unknownType(mention, namespace));
      return full;
    }
    const { file } = this;
    this.file = definition.path;
    this.used.add(full);
    this.open.push(full);
    const compiled = this.type(definition.schema, namespace);
    this.open.pop();
    this.file = file;
    return compiled;
  }

  private unknownType(mention: string, namespace: string): string {
    const near = [...this.definitions.keys()].filter((full) => full.startsWith(`${namespace}.`));
    const choice = `use ${primitives.join(', ')}, an object, or a type that has a file, such as ${near.join(', ')}`;
    return refused[mention] ?? `there is no type "${mention}": ${choice}`;
  }

  private inner(schema: Json, attribute: 'items' | 'values', namespace: string): AvroSchema {
    this.allow(schema, ['type', attribute]);
    if (Array.isArray(schema[attribute])) this.complain(`the ${attribute} of ${schema.type}s cannot be nullable`);
    return this.type(schema[attribute], namespace);
  }

  private logical(schema: Json): AvroSchema {
    if (schema.type !== 'long' || schema.logicalType !== 'timestamp-millis' || Object.keys(schema).length !== 2) {
      const choice = 'the only logical type is {"type": "long", "logicalType": "timestamp-millis"}';
      this.complain(`${JSON.stringify(schema)} is not a type that events may use; ${choice}`);
    }
    return { type: 'long', logicalType: 'timestamp-millis' };
  }

  private record(schema: Json, outer: string): AvroRecord {
    this.allow(schema, ['type', 'name', 'namespace', 'doc', 'fields']);
    const named = this.named(schema, outer);
    const given = Array.isArray(schema.fields) ? schema.fields.filter(isObject) : [];
    if (given.length === 0) this.complain(`${named.name} needs a list of fields`);
    const fields = given.map(
      (field) => ({ ...field, type: this.type(field.type, named.namespace) }) as unknown as AvroField,
    );
    for (const problem of fieldProblems(fields)) this.complain(problem);
    return { type: 'record', ...named, fields };
  }

  private enumeration(schema: Json, outer: string): AvroEnum {
    this.allow(schema, ['type', 'name', 'namespace', 'doc', 'symbols', 'default']);
    const named = this.named(schema, outer);
    const symbols = Array.isArray(schema.symbols) ? (schema.symbols as string[]) : [];
    if (!symbols.includes(schema.default as string)) {
      this.complain(`${named.name} needs a "default" from its symbols so that symbols can be added later`);
    }
    return { type: 'enum', ...named, symbols, default: schema.default as string };
  }

  private named(schema: Json, outer: string): { name: string; namespace: string; doc: string } {
    const name = String(schema.name);
    const namespace = typeof schema.namespace === 'string' ? schema.namespace : outer;
    const full = `${namespace}.${name}`;
    if (!/^[A-Z][A-Za-z0-9]*$/.test(name)) this.complain(`"${name}" must be a name like OrderItem`);
    if (typeof schema.doc !== 'string' || schema.doc === '') this.complain(`${name} needs a "doc"`);
    const owner = this.owners.get(name) ?? this.file;
    if (owner !== this.file || this.defined.has(full)) {
      this.complain(`schemas/${owner} already defines ${name}; move it to a file of its own or rename it`);
    }
    this.owners.set(name, owner);
    this.defined.add(full);
    return { name, namespace, doc: String(schema.doc) };
  }

  private allow(schema: Json, attributes: readonly string[]): void {
    const others = Object.keys(schema).filter((attribute) => !attributes.includes(attribute));
    if (others.length > 0) this.complain(`${others.join(', ')} is not allowed in a type that is ${schema.type}`);
  }
}
