import { type AvroSchema, catalogue, eventTypes } from '@switchboard/events';

/** How much of a payload an outline shows: each level, list and object. */
const MOST = { depth: 8, items: 20, fields: 100 };

/** Names of ids, in any spelling. */
const ID = /(^i|_i|I)ds?$/;
/** Names of times. */
const TIME = /(At|_at|^timestamp)$/;
/** Fields whose values are words from a short list; the free text of a sender is not among them. */
const WORDS = new Set([
  ...[
    'type',
    'event',
    'event_type',
    'source',
    'tenant',
    'channel',
    'locale',
    'timezone',
    'currency',
    'status',
    'reason',
  ],
  ...['severity', 'sentiment', 'intent', 'resolution', 'method', 'carrier', 'category', 'role', 'sku'],
]);
/** What such a word looks like; nothing longer, and nothing with a space, passes for one. */
const WORD = /^[A-Za-z][\w./+-]{0,63}$/;
const ID_VALUE = /^\S{1,256}$/;

/** The symbols of the enums in our schemas, by the names of their fields. */
const ENUMS = new Map<string, Set<string>>();
for (const type of eventTypes)
  for (const { name, type: schema } of catalogue[type].schema.fields) collect(name, schema);

function collect(name: string, schema: AvroSchema): void {
  if (typeof schema === 'string') return;
  if (isUnion(schema)) for (const one of schema) collect(name, one);
  else if ('symbols' in schema) ENUMS.set(name, new Set([...(ENUMS.get(name) ?? []), ...schema.symbols]));
  else if ('fields' in schema) for (const field of schema.fields) collect(field.name, field.type);
  else if ('items' in schema) collect(name, schema.items);
  else if ('values' in schema) collect(name, schema.values);
}

// `Array.isArray` alone does not narrow a readonly array.
function isUnion(schema: AvroSchema): schema is readonly AvroSchema[] {
  return Array.isArray(schema);
}

interface Redaction {
  sentence(text: string): string;
  id(text: string): string;
  /** Whether numbers are prices and counts, as in our schemas; in a payload of unknown shape they may be anything. */
  readonly numbers: boolean;
}

/** A payload without personal data: ids, times and fixed words stay, other values give way to their kind. */
export const outlineOf = (value: unknown, redaction: Redaction): unknown => outline(value, '', 0, redaction);

function outline(value: unknown, name: string, depth: number, redaction: Redaction): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return textOf(value, name, redaction);
  if (typeof value === 'number') return numberOf(value, name, redaction);
  if (typeof value !== 'object') return `[${typeof value}]`;
  if (depth === MOST.depth) return Array.isArray(value) ? '[list]' : '[object]';
  if (Array.isArray(value)) {
    const shown = value.slice(0, MOST.items).map((item) => outline(item, name, depth + 1, redaction));
    return value.length > shown.length ? [...shown, `… and ${value.length - shown.length} more`] : shown;
  }
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, MOST.fields)
    .map(([field, item]) => [redaction.sentence(field), outline(item, field, depth + 1, redaction)]);
  if (entries.length > shown.length) shown.push(['…', `${entries.length - shown.length} more`]);
  return Object.fromEntries(shown);
}

function textOf(text: string, name: string, { id }: Redaction): string {
  if (ID.test(name) && ID_VALUE.test(text)) return id(text);
  if (TIME.test(name) && /^\d{4}-\d\d-\d\dT[\d:.]{5,16}(Z|[+-]\d\d:?\d\d)$/.test(text)) return text;
  if (ENUMS.get(name)?.has(text)) return text;
  if (WORDS.has(name) && WORD.test(text)) return text;
  return `[text, ${text.length} characters]`;
}

function numberOf(number: number, name: string, { numbers }: Redaction): unknown {
  if (TIME.test(name) && number > 1e12 && number < 1e13) return new Date(number).toISOString();
  return numbers ? number : '[number]';
}
