import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isObject, type Json } from '@switchboard/providers';
import { LONGEST_ID } from '../event/identity.ts';
import type { JsonObject } from '../event/json/parse.ts';
import { parse } from '../event/json/parse.ts';
import type { Refusal } from '../http/refusals.ts';

export const MOST_EVENTS = 500;

/** The content types of `POST /v1/events`. */
const TYPES =
  /^application\/(?:json|cloudevents\+json|cloudevents-batch\+json)(?:[ \t]*;[ \t]*charset="?utf-8"?)?[ \t]*$/i;

export const isBatchType = (contentType: string | undefined): boolean => TYPES.test(contentType ?? '');

export type BatchReading =
  | { readonly ok: true; readonly events: readonly Json[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** The events of a request: an object, a list, `{"events": […]}`, or CloudEvents in any of their modes. */
export function readBatch(headers: IncomingHttpHeaders, bytes: Buffer): BatchReading {
  const parsed = parse(bytes);
  if (!parsed.ok) return { ok: false, refusal: { reason: 'json', error: parsed.message } };
  const body = parsed.value as Json;
  const events = eventsOf(headers, body);
  if (events.length === 0) return { ok: false, refusal: { reason: 'json', error: 'The list of events is empty' } };
  if (events.length <= MOST_EVENTS) return { ok: true, events };
  return {
    ok: false,
    refusal: { reason: 'too_many_items', error: `Send at most ${MOST_EVENTS} events at once` },
  };
}

function eventsOf(headers: IncomingHttpHeaders, body: Json): readonly Json[] {
  // CloudEvents in binary mode: the attributes are headers, the body is the data.
  if (headers['ce-specversion'] !== undefined) return [{ ...attributesOf(headers), data: body }];
  if (Array.isArray(body)) return body;
  if (isObject(body) && Array.isArray(body.events) && body.type === undefined) return body.events as Json[];
  return [body];
}

function attributesOf(headers: IncomingHttpHeaders): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('ce-') && typeof value === 'string') attributes[name.slice(3)] = decoded(value);
  }
  return attributes;
}

/** CloudEvents percent-encode header values. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** What becomes a part of the webhook, and attributes of CloudEvents that say how the event is written. */
const READ = new Set(['type', 'id', 'time', 'timestamp', 'data', 'specversion', 'datacontenttype', 'dataschema']);

/**
 * The event in the shape that webhooks have; undefined if it is no object with a `type`. What Switchboard does not know
 * stays, and becomes `meta.extra`.
 */
export function asWebhook(event: Json): JsonObject | undefined {
  if (!isObject(event) || typeof event.type !== 'string') return undefined;
  const { type, time, timestamp, data = {} } = event;
  const webhook: JsonObject = { event: type, timestamp: time ?? timestamp, data };
  const id = idOf(event);
  if (id !== undefined) webhook.event_id = id;
  for (const name in event) {
    if (READ.has(name) || Object.hasOwn(webhook, name)) continue;
    // Assigning to `__proto__` would set the prototype.
    if (name === '__proto__') Object.defineProperty(webhook, name, { value: event[name], enumerable: true });
    else webhook[name] = event[name];
  }
  return webhook;
}

/** What CloudEvents are unique by: their source and their id, together. */
function idOf({ specversion, source, id }: JsonObject): unknown {
  if (specversion === undefined || typeof source !== 'string' || typeof id !== 'string' || id === '') return id;
  const both = `${encodeURIComponent(source)}:${id}`;
  return both.length <= LONGEST_ID ? both : `sha256:${hash('sha256', both)}`;
}
