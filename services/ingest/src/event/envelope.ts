import type { Problem } from '@switchboard/events';
import type { JsonObject } from './json/parse.ts';

/** What a body says about its event, whichever shape it has. */
export interface Envelope {
  /** The event's name as the sender writes it. */
  name: string;
  payload: JsonObject;
  /** The key that the payload lies under; undefined when its fields are those of the body. */
  payloadKey: string | undefined;
  id: unknown;
  timestamp: unknown;
  /** What else the body holds; it has no prototype, so that `__proto__` is a key like any other. */
  rest: JsonObject | undefined;
}

const ID_KEYS = ['event_id', 'eventId', 'id'] as const;
const ARTICLE_ACTIONS: readonly unknown[] = ['published', 'updated', 'unpublished'];

/** A known shape whose name or payload is not what it must be. */
export type Misfit = { name: undefined; problems: readonly Problem[] } | { name: string; problems: readonly Problem[] };

/** Recognises the shape by the key that names the event; undefined when there is none. */
export function readEnvelope(body: JsonObject): Envelope | Misfit | undefined {
  if (Object.hasOwn(body, 'event')) return nested(body, 'event', 'data');
  if (Object.hasOwn(body, 'event_type')) return nested(body, 'event_type', 'payload');
  if (Object.hasOwn(body, 'articleId') || ARTICLE_ACTIONS.includes(body.action)) return article(body);
  return undefined;
}

/** Shapes A, B and C: the event's fields lie in an object of their own. */
function nested(body: JsonObject, nameKey: 'event' | 'event_type', payloadKey: 'data' | 'payload'): Envelope | Misfit {
  const { [nameKey]: name, [payloadKey]: payload } = body;
  if (typeof name !== 'string') {
    return { name: undefined, problems: [{ path: nameKey, message: 'must be a string' }] };
  }
  if (!isObject(payload)) {
    return {
      name,
      problems: [{ path: payloadKey, message: payload === undefined ? 'is required' : 'must be an object' }],
    };
  }
  const idKey = ID_KEYS.find((key) => isGiven(body[key]));
  let rest: JsonObject | undefined;
  for (const key in body) {
    if (key === nameKey || key === payloadKey || key === 'timestamp' || key === idKey) continue;
    rest ??= Object.create(null) as JsonObject;
    rest[key] = body[key];
  }
  return {
    name,
    payload,
    payloadKey,
    id: idKey && body[idKey],
    timestamp: body.timestamp,
    rest,
  };
}

/** The shape of a CMS: the fields of the article next to the action that names the event. */
function article(body: JsonObject): Envelope | Misfit {
  const { action, event_id, timestamp, ...payload } = body;
  if (typeof action !== 'string') {
    return {
      name: undefined,
      problems: [{ path: 'action', message: action === undefined ? 'is required' : 'must be a string' }],
    };
  }
  return {
    name: `article.${action}`,
    payload,
    payloadKey: undefined,
    id: event_id,
    timestamp,
    rest: undefined,
  };
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Senders write an absent value in three ways. */
export const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
