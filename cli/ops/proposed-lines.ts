import type { EventType } from '@switchboard/events';
import type { UnmappedPath, ValueKind } from '@switchboard/ingest/drift';
import { type EventField, hasField, nearField, wordsIn } from './field-names.ts';

/** What would take an unmapped path. */
export interface Proposal {
  /** A line for the fields of the event's .avsc file; null if the event has such a field. */
  readonly schema: string | null;
  /** A line for the mapping of the source; null if the schema's line is enough. */
  readonly mapping: string | null;
}

const SHORTEST_BOUND = 256;
const MOST_ENTRIES = 100;
/** Names that need the one before them to be understood. */
const VAGUE = new Set(['id', 'name', 'type', 'value', 'key', 'code', 'status', 'url', 'text', 'count']);

/** Null where no single line would do: lists of records, and values that are all empty. */
export function proposalFor(
  { type, path, kinds, longest }: Pick<UnmappedPath, 'type' | 'path' | 'kinds' | 'longest'>,
  root: 'body' | 'data',
): Proposal | null {
  const shape = shapeOf(path);
  const scalar = scalarOf(kinds);
  if (shape === undefined || scalar === undefined) return null;
  const sent = shape.steps[0] === 'envelope' ? ['body', ...shape.steps.slice(1)] : [root, ...shape.steps];
  // The schema takes a field of this name by itself, so this is a second copy.
  const isCopy = root === 'data' && shape.steps.length === 1 && hasField(type, camelCase(shape.steps));
  if (isCopy) return { schema: null, mapping: `ignore: [${expressionOf(sent)}]` };
  const near = shape.kind === 'one' ? nearest(type, shape.steps, scalar.kind) : undefined;
  if (near !== undefined) return { schema: null, mapping: mappingLine(type, near.name, sent) };
  const name = newName(type, shape.steps);
  if (name === undefined) return null;
  const isFound = root === 'data' && shape.steps.length === 1 && camelCase(shape.steps) === name;
  return {
    schema: schemaLine(name, shape.kind, scalar, longest),
    mapping: isFound ? null : mappingLine(type, name, sent),
  };
}

interface Shape {
  readonly kind: 'one' | 'list' | 'map';
  readonly steps: readonly string[];
}

/** `tags[]` is a list, `scores.*` a map; undefined for what stands inside of one. */
function shapeOf(path: string): Shape | undefined {
  const plain = path.replace(/\[\]$|\.\*$/, '');
  if (/\[|\*/.test(plain)) return undefined;
  const kind = plain === path ? 'one' : path.endsWith(']') ? 'list' : 'map';
  return { kind, steps: plain.split('.') };
}

interface Scalar {
  readonly kind: EventField['kind'];
  readonly avro: unknown;
}

const TEXT: Scalar = { kind: 'text', avro: 'string' };

function scalarOf(kinds: readonly ValueKind[]): Scalar | undefined {
  const held = kinds.filter((kind) => kind !== 'null');
  if (held.length === 0 || held.includes('object') || held.includes('list')) return undefined;
  const only = (...allowed: ValueKind[]): boolean => held.every((kind) => allowed.includes(kind));
  if (only('time')) return { kind: 'time', avro: { type: 'long', logicalType: 'timestamp-millis' } };
  if (only('boolean')) return { kind: 'flag', avro: 'boolean' };
  if (only('integer')) return { kind: 'number', avro: 'long' };
  return only('integer', 'number') ? { kind: 'number', avro: 'double' } : TEXT;
}

/** By its own name; where that says little, also with the name before it. */
function nearest(type: EventType, steps: readonly string[], kind: EventField['kind']): EventField | undefined {
  const last = steps.at(-1) ?? '';
  const both = steps.slice(-2).join('.');
  const own = VAGUE.has(last.toLowerCase()) ? undefined : nearField(type, last, kind);
  return own ?? nearField(type, both, kind);
}

function newName(type: EventType, steps: readonly string[]): string | undefined {
  const last = steps.at(-1) ?? '';
  const short = VAGUE.has(last.toLowerCase()) ? steps.slice(-2) : [last];
  const isFree = (name: string): boolean =>
    /^[a-z][A-Za-z0-9]*$/.test(name) && !(name in Object.prototype) && !hasField(type, name);
  return [camelCase(short), camelCase(steps)].find(isFree);
}

const camelCase = (steps: readonly string[]): string =>
  steps
    .flatMap(wordsIn)
    .map((word, index) =>
      index === 0 ? word.toLowerCase() : (word[0] ?? '').toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join('');

function schemaLine(name: string, kind: Shape['kind'], { kind: of, avro }: Scalar, longest: number): string {
  const maxLength = Math.max(longest, SHORTEST_BOUND);
  const text = of === 'text' ? { maxLength } : {};
  const doc = '…';
  if (kind === 'list') {
    const items = { type: 'array', items: avro };
    return spaced({ name, type: items, default: [], maxItems: MOST_ENTRIES, ...text, doc });
  }
  if (kind === 'map') {
    const values = { type: 'map', values: avro };
    return spaced({ name, type: values, default: {}, maxEntries: MOST_ENTRIES, maxLength, doc });
  }
  return spaced({ name, type: ['null', avro], default: null, ...text, doc });
}

const mappingLine = (type: EventType, field: string, sent: readonly string[]): string =>
  `fields: { ${type}: { ${field}: ${expressionOf(sent)} } }`;

/** A path in CEL, as YAML writes it. */
function expressionOf([root = '', ...steps]: readonly string[]): string {
  const isPlain = steps.every((step) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(step));
  if (isPlain) return [root, ...steps].join('.');
  return `'${root}${steps.map((step) => `[${JSON.stringify(step)}]`).join('')}'`;
}

/** JSON in one line, as the schemas are written. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${spaced(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
