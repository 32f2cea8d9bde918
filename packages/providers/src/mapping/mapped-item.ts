import type { IncomingHttpHeaders } from 'node:http';
import type { EventType, Problem } from '@switchboard/events';
import type { Json, JsonObject } from '../provider.ts';

export interface Item {
  readonly body: Json;
  readonly headers: IncomingHttpHeaders;
}

export interface MappedEvent {
  readonly type: EventType;
  readonly id: unknown;
  readonly timestamp: unknown;
  /** For `readFields`. A field that was moved away, here or in an object below, is undefined rather than deleted. */
  readonly payload: JsonObject;
  /** What was sent and not moved; moved fields are undefined here too. */
  readonly rest: JsonObject | undefined;
  /** The path under which the sender wrote a field, for problems. */
  sentAs(path: string): string;
}

export type MappedItem =
  /** None: the item means nothing to us; `called` is its sender's name for it. */
  | { readonly kind: 'events'; readonly events: readonly MappedEvent[]; readonly called?: string }
  /** It names an event that is not in the catalogue. */
  | { readonly kind: 'unhandled'; readonly name: string }
  /** It has none of the shapes. */
  | { readonly kind: 'unknown_shape' }
  /** Paths of the body, or of the mapping's rule; no values. */
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] };

export interface CompiledMapping {
  /** Never throws, and does not change the item. */
  map(item: Item): MappedItem;
  /** Paths in `meta.extra` that, with everything under them, are not reported as unknown. */
  readonly ignored: readonly string[];
  /** The names of the headers that it reads. */
  readonly headersRead: readonly string[];
  /** What `meta.extra` is taken from: the object of the event's fields, or the whole body. */
  readonly fieldsAt: 'data' | 'body';
}
