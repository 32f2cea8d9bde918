import { isObject, type SchemaFolder } from './schema-folder.ts';

/** An event type as declared in schemas/catalogue.json. Paths are relative to schemas/. */
export interface DeclaredEvent {
  readonly type: string;
  readonly schema: string;
  readonly topic: string;
  /** The fields that provide the record key; the first one present wins. */
  readonly keyFields: readonly string[];
  readonly example: string;
  /** Published by Switchboard only; senders may not send it. */
  readonly internal: boolean;
}

type Entry = Pick<DeclaredEvent, 'schema' | 'topic' | 'example'> & { key: string | string[]; internal?: boolean };

const file = 'schemas/catalogue.json';
const attributes = ['schema', 'topic', 'key', 'example', 'internal'];

/** Reads the catalogue. Adds a sentence to `problems` for each mistake and skips its entry. */
export function declaredEvents(folder: SchemaFolder, problems: string[]): DeclaredEvent[] {
  const catalogue = folder.get('catalogue.json');
  if (!isObject(catalogue)) {
    problems.push(`${file} must be a JSON object of event types.`);
    return [];
  }
  const bySchema = new Map<string, string>();
  return Object.entries(catalogue).flatMap(([type, entry]) => {
    const mistakes = isObject(entry) ? mistakesOf(type, entry, folder) : ['must be an object'];
    if (mistakes.length > 0) {
      problems.push(...mistakes.map((mistake) => `${file}: ${type}: ${mistake}.`));
      return [];
    }
    const { schema, topic, key, example, internal = false } = entry as Entry;
    const other = bySchema.get(schema);
    if (other !== undefined) {
      problems.push(`${file}: ${type} and ${other} share ${schema}; each event type needs a schema of its own.`);
      return [];
    }
    bySchema.set(schema, type);
    return [{ type, schema, topic, keyFields: [key].flat(), example, internal }];
  });
}

function mistakesOf(type: string, entry: Record<string, unknown>, folder: SchemaFolder): string[] {
  const mistakes: string[] = [];
  const unknown = Object.keys(entry).filter((name) => !attributes.includes(name));
  if (unknown.length > 0) mistakes.push(`${unknown.join(', ')} is unknown; an entry has ${attributes.join(', ')}`);
  if (!/^[a-z]+(\.[a-z]+)+$/.test(type)) {
    mistakes.push('an event type is lower-case words joined by dots, with a past tense at the end, like order.shipped');
  }
  if (typeof entry.topic !== 'string' || !/^[a-z]+(\.[a-z]+)+$/.test(entry.topic)) {
    mistakes.push('topic must be lower-case words joined by dots, like commerce.orders');
  }
  if (!isFieldName(entry.key) && !(Array.isArray(entry.key) && entry.key.length > 0 && entry.key.every(isFieldName))) {
    mistakes.push(
      'key must name the field that keeps events in order, or a list of fields, of which the first one present wins',
    );
  }
  if (typeof (entry.internal ?? false) !== 'boolean') mistakes.push('internal must be true or false');
  mistakes.push(
    ...pathMistakes('schema', entry.schema, /^[a-z]+\/[A-Z][A-Za-z0-9]*\.avsc$/, 'commerce/OrderShipped.avsc', folder),
    ...pathMistakes('example', entry.example, /\.json$/, 'commerce/OrderShipped.example.json', folder),
  );
  return mistakes;
}

function pathMistakes(attribute: string, path: unknown, shape: RegExp, like: string, folder: SchemaFolder): string[] {
  if (typeof path !== 'string' || !shape.test(path)) return [`${attribute} must be a path in schemas/ like ${like}`];
  return folder.has(path) ? [] : [`there is no file schemas/${path}`];
}

const isFieldName = (value: unknown): value is string => typeof value === 'string' && value !== '';
