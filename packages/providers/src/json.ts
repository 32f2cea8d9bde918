import type { Json, JsonObject } from './provider.ts';

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The list under the name; undefined if there is none. */
export function listOf(value: Json | undefined, name: string): readonly Json[] | undefined {
  const list = isObject(value) ? value[name] : undefined;
  return Array.isArray(list) ? (list as readonly Json[]) : undefined;
}

/** The object without these names. */
export const without = (value: JsonObject, ...names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

export const at = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** Each of the `events` of a body, with what stands next to them; the body itself if it has none. */
export function splitEvents(body: Json): readonly Json[] {
  const events = listOf(body, 'events');
  if (events === undefined || !isObject(body)) return [body];
  const envelope = without(body, 'events');
  return events.map((event) => ({ envelope, event }));
}

/** The JSON that a field of a form holds; the body itself if there is none. */
export function jsonIn(body: Json, field: string): Json {
  const text = at(body, field);
  if (typeof text !== 'string') return body;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return body;
  }
}
